// A seeded storm of hostile messages at all nodes of a scene, and what has to hold after it.
import { expect } from 'vitest';
import { ABSENCE_MS } from '../../src/rooms/absences.ts';
import { hostileMessage } from './hostile-messages.ts';
import { seeded, type Seeded } from './seeded.ts';
import { fetchToken } from './rooms.ts';
import type { Scene } from './scene.ts';
import { TestClient } from './test-client.ts';

/** After this many the socket is asked to answer for all of them. */
const BATCH = 40;

const isOpen = (client: TestClient): boolean => client.closeCode === null;

/** Waits until the server has dealt with all that was sent, or has closed. */
const settle = async (client: TestClient): Promise<void> => {
  await client.send('heartbeat', {}).catch(() => undefined);
};

const storm = async (scene: Scene, random: Seeded, messages: number): Promise<Set<number>> => {
  const closeCodes = new Set<number>();
  const roomId = await scene.newRoom();
  const host = await scene.join(roomId);
  await expect
    .poll(() => host.session.room.placement ?? host.names().includes('room-placed'))
    .toBeTruthy();
  let client: TestClient | null = null;
  for (let sent = 0; sent < messages; sent += 1) {
    if (client === null || !isOpen(client)) {
      if (client?.closeCode) closeCodes.add(client.closeCode);
      client = await TestClient.connect(random.pick(scene.urls));
      if (random.chance(0.7)) {
        await client.join(await fetchToken(random.pick(scene.urls), roomId)).catch(() => undefined);
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
const leavesNothing = async (scene: Scene): Promise<void> => {
  const { media } = scene;
  const rooms = async (): Promise<readonly number[]> => {
    await scene.advance(ABSENCE_MS);
    return media.load().map((load) => load.rooms);
  };
  await expect.poll(rooms, { timeout: 20_000 }).toEqual(media.load().map(() => 0));
  expect(media.load().every(({ alive }) => alive)).toBe(true);
};

export interface StormOptions {
  readonly messages: number;
  readonly seed: number;
}

/** Gives the close codes that were seen. Nothing may have failed inside, and a meeting still works. */
export const runStorm = async (
  scene: Scene,
  { messages, seed }: StormOptions,
): Promise<ReadonlySet<number>> => {
  console.log(`SEED=${seed}`);
  const codes = await storm(scene, seeded(seed), messages);
  const faults = (await scene.logged()).filter((line) => /"level":(50|60)/.test(line));
  expect(faults).toEqual([]);
  const roomId = await scene.newRoom();
  const [ada, bob] = [await scene.join(roomId), await scene.join(roomId)];
  await ada.request('set-stream', { source: 'mic', on: true });
  await bob.heard('stream-changed');
  for (const person of [ada, bob]) await person.request('leave', {});
  await leavesNothing(scene);
  return codes;
};
