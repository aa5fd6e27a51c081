// Room ids that any node knows for the server's own without having stored them: a random part and a
// truncated HMAC over it (PROTOCOL R1).
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { RoomId } from '../protocol/index.ts';

const RANDOM_BYTES = 9;
const MAC_BYTES = 9;

export interface RoomIds {
  mint(): RoomId;
  /** Undefined when the text is no id, or none that this server minted. */
  verify(text: string): RoomId | undefined;
}

export const createRoomIds = (key: Buffer): RoomIds => {
  const mac = (random: Buffer): Buffer =>
    createHmac('sha256', key).update(random).digest().subarray(0, MAC_BYTES);

  return {
    mint: () => {
      const random = randomBytes(RANDOM_BYTES);
      return RoomId.parse(Buffer.concat([random, mac(random)]).toString('base64url'));
    },
    verify: (text) => {
      const parsed = RoomId.safeParse(text);
      if (!parsed.success) return undefined;
      const bytes = Buffer.from(parsed.data, 'base64url');
      const random = bytes.subarray(0, RANDOM_BYTES);
      return timingSafeEqual(bytes.subarray(RANDOM_BYTES), mac(random)) ? parsed.data : undefined;
    },
  };
};

/** For logs: tells rooms apart, opens none (the random part alone is no id). */
export const roomTag = (roomId: RoomId): string => roomId.slice(0, 12);
