// Room ids that any node knows for the server's own without having stored them: a random part, and a
// truncated HMAC over it and the hash of the link's join key (PROTOCOL R1).
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import { RoomId } from '../protocol/index.ts';

const RANDOM_BYTES = 9;
const MAC_BYTES = 9;

const bytes32 = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/));

/** K_join, 32 bytes that the link's secret gives, base64url: who has it may enter. */
export const JoinKey = bytes32.brand<'JoinKey'>();
export type JoinKey = z.infer<typeof JoinKey>;

/** SHA-256 of K_join, base64url: who makes a room names it, and the server learns no more. */
export const JoinHash = bytes32.brand<'JoinHash'>();
export type JoinHash = z.infer<typeof JoinHash>;

export interface RoomIds {
  mint(joinHash: JoinHash): RoomId;
  /**
   * Undefined when the text is no id, none that this server minted, or minted for another key. All of
   * them take the same time.
   */
  verify(text: string, joinKey: string | undefined): RoomId | undefined;
}

/** In place of what is malformed, so that it costs as much to refuse. */
const NO_ID = Buffer.alloc(RANDOM_BYTES + MAC_BYTES);
const NO_KEY = Buffer.alloc(32);

const decode = (text: string | undefined, instead: Buffer): Buffer =>
  text === undefined ? instead : Buffer.from(text, 'base64url');

export const createRoomIds = (key: Buffer): RoomIds => {
  const mac = (random: Buffer, hash: Buffer): Buffer =>
    createHmac('sha256', key).update(random).update(hash).digest().subarray(0, MAC_BYTES);

  return {
    mint: (joinHash) => {
      const random = randomBytes(RANDOM_BYTES);
      const hash = Buffer.from(joinHash, 'base64url');
      return RoomId.parse(Buffer.concat([random, mac(random, hash)]).toString('base64url'));
    },
    verify: (text, joinKey) => {
      const id = RoomId.safeParse(text);
      const parsed = JoinKey.safeParse(joinKey);
      const bytes = decode(id.data, NO_ID);
      const hash = createHash('sha256').update(decode(parsed.data, NO_KEY)).digest();
      const expected = mac(bytes.subarray(0, RANDOM_BYTES), hash);
      const isOurs = timingSafeEqual(bytes.subarray(RANDOM_BYTES), expected);
      return isOurs && parsed.success ? id.data : undefined;
    },
  };
};

/** For logs: tells rooms apart, opens none (the random part alone is no id). */
export const roomTag = (roomId: RoomId): string => roomId.slice(0, 12);
