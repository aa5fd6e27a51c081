// A seeded storm of messages that no honest client would send: nothing crashes or stalls, and a
// normal client joins afterwards (PROTOCOL L).
import type { MediaServer } from '@sotto/sfu-worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLOSE } from '../../src/protocol/index.ts';
import { DEFAULT_LIMITS } from '../../src/socket/rate-limit.ts';
import { describeScenarios, NO_LIMITS, startMedia, startWorld } from '../support/harness.ts';
import { chooseSeed } from '../support/seeded.ts';
import { runStorm } from '../support/storm.ts';
import { TestClient } from '../support/test-client.ts';

const MESSAGES = 20_000;
/** With the limits on most of them are refused. */
const LIMITED = 4_000;

describeScenarios(
  'a storm without limits',
  (getScene) => {
    it(`L1 ${MESSAGES} hostile messages`, async () => {
      const codes = await runStorm(getScene(), { messages: MESSAGES, seed: chooseSeed() });
      expect(codes).toContain(CLOSE.badMessage);
      expect(codes).toContain(1009);
    });
  },
  { limits: NO_LIMITS },
);

describeScenarios(
  'a storm with the limits on',
  (getScene) => {
    it('L2 the flood is refused', async () => {
      const codes = await runStorm(getScene(), { messages: LIMITED, seed: chooseSeed() });
      expect(codes).toContain(CLOSE.badMessage);
    });
  },
  { limits: DEFAULT_LIMITS },
);

describe('a flood', () => {
  let media: MediaServer;
  beforeAll(async () => {
    media = await startMedia();
  });
  afterAll(() => media.close());

  it('L2 is refused, then cut off', async () => {
    const world = await startWorld({ apps: 1, media, limits: DEFAULT_LIMITS });
    const client = await TestClient.connect(world.urls[0] ?? '');
    const { burst } = DEFAULT_LIMITS.messages;
    const answers = await Promise.allSettled(
      Array.from({ length: burst + 1 }, () => client.request('heartbeat', {})),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(burst);
    const refused = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason] : [],
    );
    expect(refused).toEqual([expect.objectContaining({ code: 'rate-limited' })]);
    for (let sent = 0; sent <= DEFAULT_LIMITS.refusals.burst; sent += 1) {
      client.send('heartbeat', {}).catch(() => undefined);
    }
    expect(await client.closed()).toBe(CLOSE.rateLimited);
    await world.close();
  });
});
