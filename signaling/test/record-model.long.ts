// The same histories by the thousand.
import { afterAll, beforeAll, describe, it } from 'vitest';
import { hasRedis, type RedisServer, startRedis } from './support/redis-server.ts';
import { runOverMemory, runOverRedis } from './support/run-record-model.ts';

it('V1 V4 V5 all nodes come to the record that the store has or are reset: five thousand histories', () =>
  runOverMemory(5_000));

describe.skipIf(!hasRedis)('over Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  it('V1 V4 V5 all nodes come to the record that the store has or are reset: fifteen hundred histories over Redis', () =>
    runOverRedis(server, 1_500));
});
