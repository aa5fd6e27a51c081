// One room in a real Redis, put back as a failover would put it back: its keys, and nobody is told.
import type { Redis } from 'ioredis';
import type { RoomId } from '../../src/protocol/index.ts';
import { roomKeys } from '../../src/rooms/redis/room-keys.ts';
import type { RewindableStore } from './rewindable-store.ts';

/** So long that no test lives to see its end. */
const TTL_MS = 600_000;

export const rewindableRedis = (
  client: Redis,
  roomId: RoomId,
): Pick<RewindableStore, 'mark' | 'empty'> => {
  const { state, log, ring } = roomKeys(roomId);
  const keys = [state, log, ring];
  const empty = async (): Promise<void> => {
    await client.del(...keys);
  };
  return {
    mark: async () => {
      const dumps = await Promise.all(keys.map((key) => client.dumpBuffer(key)));
      return async () => {
        const putBack = client.multi().del(...keys);
        keys.forEach((key, index) => {
          const dump = dumps[index];
          if (dump) putBack.restore(key, TTL_MS, dump);
        });
        await putBack.exec();
      };
    },
    empty,
  };
};
