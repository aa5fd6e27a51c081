// Some hundred short histories of a room, with every fault that its log is made to survive.
import { afterAll, beforeAll, describe, it } from 'vitest';
import { hasRedis, type RedisServer, startRedis } from './support/redis-server.ts';
import { runOverMemory, runOverRedis } from './support/run-record-model.ts';

const RULE =
  'V1 V4 V5 whatever is lost, doubled, late or put back, all nodes come to the record that the store has or are reset';

it(`${RULE}, over memory`, () => runOverMemory(300));

describe.skipIf(!hasRedis)('over Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  it(`${RULE}, over Redis`, () => runOverRedis(server, 60));
});
