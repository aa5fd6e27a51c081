// A seeded storm of hostile messages at two apps, and what has to hold after it.
import type { MediaServer } from '@sotto/sfu-worker';
import { expect } from 'vitest';
import { ABSENCE_MS } from '../../src/rooms/absences.ts';
import type { ConnectionLimits } from '../../src/socket/rate-limit.ts';
import { startWorld, type World } from './harness.ts';
import { hostileMessage } from './hostile-messages.ts';
import { seeded, type Seeded } from './seeded.ts';
import { fetchToken } from './rooms.ts';
import { TestClient } from './test-client.ts';

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
  const host = await world.join(roomId);
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
  client?.cut();
  await host.request('leave', {});
  return closeCodes;
};

/** Once everybody's time to come back is over, no room is left anywhere. */
const leavesNothing = async ({ clock, media }: World): Promise<void> => {
  const rooms = (): readonly number[] => {
    clock.advance(ABSENCE_MS);
    return media.load().map((load) => load.rooms);
  };
  await expect.poll(rooms, { timeout: 20_000 }).toEqual(media.load().map(() => 0));
  expect(media.load().every(({ alive }) => alive)).toBe(true);
};

export interface StormOptions {
  readonly media: MediaServer;
  readonly limits: ConnectionLimits;
  readonly messages: number;
  readonly seed: number;
}

/** Gives the close codes that were seen. Nothing may have failed inside, and a meeting still works. */
export const runStorm = async ({
  media,
  limits,
  messages,
  seed,
}: StormOptions): Promise<ReadonlySet<number>> => {
  console.log(`SEED=${seed}`);
  const world = await startWorld({ apps: 2, media, limits });
  try {
    const codes = await storm(world, seeded(seed), messages);
    const faults = world.logLines.filter((line) => /"level":(50|60)/.test(line));
    expect(faults).toEqual([]);
    const roomId = await world.newRoom();
    const [ada, bob] = [await world.join(roomId), await world.join(roomId)];
    await ada.request('set-stream', { source: 'mic', on: true });
    await bob.heard('stream-changed');
    for (const person of [ada, bob]) await person.request('leave', {});
    await leavesNothing(world);
    return codes;
  } finally {
    await world.close();
  }
};
