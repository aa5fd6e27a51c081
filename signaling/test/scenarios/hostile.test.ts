// A seeded storm of messages that no honest client would send: nothing crashes or stalls, and a
// normal client joins afterwards (PROTOCOL L).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MediaServer } from '@sotto/sfu-worker';
import { CLOSE } from '../../src/protocol/index.ts';
import { DEFAULT_LIMITS } from '../../src/socket/rate-limit.ts';
import { NO_LIMITS, startMedia, startWorld, type World } from '../support/harness.ts';
import { hostileMessage } from '../support/hostile-messages.ts';
import { chooseSeed, seeded, type Seeded } from '../support/seeded.ts';
import { fetchToken, TestClient } from '../support/test-client.ts';

const MESSAGES = 20_000;
/** After this many the socket is asked to answer for all of them. */
const BATCH = 40;

const isOpen = (client: TestClient): boolean => client.closeCode === null;

/** Waits until the server has dealt with all that was sent, or has closed. */
const settle = async (client: TestClient): Promise<void> => {
  await client.send('heartbeat', {}).catch(() => undefined);
};

const storm = async (world: World, random: Seeded, messages: number): Promise<Set<number>> => {
  const closeCodes = new Set<number>();
  const roomId = await world.newRoom();
  const host = await world.join(roomId, 'Host');
  await expect
    .poll(() => host.session.room.placement ?? host.names().includes('room-placed'))
    .toBeTruthy();
  let client: TestClient | null = null;
  for (let sent = 0; sent < messages; sent += 1) {
    if (client === null || !isOpen(client)) {
      if (client?.closeCode) closeCodes.add(client.closeCode);
      client = await TestClient.connect(random.pick(world.urls));
      if (random.chance(0.7)) {
        await client.join(await fetchToken(random.pick(world.urls), roomId)).catch(() => undefined);
      }
    }
    client.sendRaw(hostileMessage(random, host.placement));
    if (sent % BATCH === 0) await settle(client);
    if (random.chance(0.005)) client.cut();
  }
  if (client !== null) await settle(client);
  await host.request('set-stream', { source: 'mic', on: true });
  return closeCodes;
};

describe('hostile clients', () => {
  let media: MediaServer;
  beforeAll(async () => {
    media = await startMedia();
  });
  afterAll(() => media.close());

  const runStorm = async (options: { limits: typeof NO_LIMITS; messages: number }) => {
    const seed = chooseSeed();
    console.log(`SEED=${seed}`);
    const world = await startWorld({ apps: 2, media, limits: options.limits });
    try {
      const codes = await storm(world, seeded(seed), options.messages);
      const faults = world.logLines.filter((line) => /"level":(50|60)/.test(line));
      expect(faults).toEqual([]);
      const roomId = await world.newRoom();
      const [ada, bob] = [await world.join(roomId), await world.join(roomId)];
      await ada.request('set-stream', { source: 'mic', on: true });
      await bob.heard('stream-changed');
      expect(world.media.load().every(({ alive }) => alive)).toBe(true);
      return codes;
    } finally {
      await world.close();
    }
  };

  it(`L1 ${MESSAGES} hostile messages with the limits raised`, async () => {
    const codes = await runStorm({ limits: NO_LIMITS, messages: MESSAGES });
    expect(codes).toContain(CLOSE.badMessage);
    expect(codes).toContain(1009);
  });

  it('L2 a storm with the limits on: the flood is refused, then cut off', async () => {
    const codes = await runStorm({ limits: DEFAULT_LIMITS, messages: 4_000 });
    expect(codes).toContain(CLOSE.badMessage);
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
    for (let sent = 0; sent <= DEFAULT_LIMITS.refusals; sent += 1) {
      client.send('heartbeat', {}).catch(() => undefined);
    }
    expect(await client.closed()).toBe(CLOSE.rateLimited);
    await world.close();
  });
});
