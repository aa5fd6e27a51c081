// The Redis store under the contracts of all stores, over a real redis-server.
import { afterAll, beforeAll } from 'vitest';
import { describeRoomLanes } from './contracts/room-lanes.ts';
import { describeRoomStore, type MakeStore } from './contracts/room-store.ts';
import { openStore } from './support/redis-stores.ts';
import { type RedisServer, startRedis } from './support/redis-server.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());

const makeStore: MakeStore = async (logBytes) =>
  openStore(server.url, logBytes === undefined ? {} : { logBytes });

describeRoomStore('redis', makeStore);
describeRoomLanes('redis', makeStore);
