// Stores of rooms over Redis, as so many processes would have them.
import { pino } from 'pino';
import { systemClock } from '../../src/clock.ts';
import { createRedis, type Redis, type RedisDeps } from '../../src/rooms/redis/redis.ts';
import type { RoomStore } from '../../src/rooms/room-store.ts';

export const SILENT = pino({ level: 'silent' });

export const openRedis = (url: string, deps: Partial<RedisDeps> = {}): Redis =>
  createRedis(url, { clock: systemClock, log: SILENT, ...deps });

/** Closing the store closes all of it. */
export const openStore = (url: string, deps: Partial<RedisDeps> = {}): RoomStore => {
  const redis = openRedis(url, deps);
  return { ...redis.store, close: () => redis.close() };
};
