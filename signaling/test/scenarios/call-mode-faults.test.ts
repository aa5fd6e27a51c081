// Modes and placements when a store fails or a node goes down in the middle (PROTOCOL C8, M1).
import type { MediaServer } from '@sotto/sfu-worker';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BACK_TO_PEER_TO_PEER_MS, PLACE_RETRY_MS } from '../../src/rooms/call-modes.ts';
import { failingStore } from '../support/failing-store.ts';
import { startMedia, startWorld, type World } from '../support/harness.ts';
import { count, level } from '../support/meeting.ts';
import { TestClient } from '../support/test-client.ts';

let media: MediaServer;
let world: World;
beforeAll(async () => {
  media = await startMedia(1);
});
afterEach(() => world.close());
afterAll(() => media.close());

const open = async (apps: number) => {
  const failing = failingStore();
  world = await startWorld({ apps, media, callMode: 'auto', store: failing.store });
  const roomId = await world.newRoom();
  const [first = '', last = ''] = [world.urls[0], world.urls.at(-1)];
  const [ada, bob] = [await TestClient.join(first, roomId), await TestClient.join(first, roomId)];
  return { failing, roomId, ada, bob, last };
};

describe.each([{ apps: 1 }, { apps: 2 }])(
  'modes with a store that fails, $apps nodes',
  ({ apps }) => {
    it('M1 C2 a placement that fails is tried again, and made once', async () => {
      const { failing, roomId, ada, bob, last } = await open(apps);
      failing.failOnce('room-placed');
      const carol = await TestClient.join(last, roomId);
      await expect.poll(failing.hasFailed).toBe(true);
      expect((await world.record(roomId)).home).toBeNull();
      const homes = async () => {
        await world.pass(PLACE_RETRY_MS, [ada, bob, carol]);
        return count(ada, 'room-placed');
      };
      await expect.poll(homes, { timeout: 10_000 }).toBe(1);
      await world.pass(10 * PLACE_RETRY_MS, [ada, bob, carol]);
      await level(ada, bob, carol);
      expect(count(ada, 'room-placed')).toBe(1);
    });

    it('C8 a way back that fails is tried again, and gone once', async () => {
      const { failing, roomId, ada, bob, last } = await open(apps);
      const carol = await TestClient.join(last, roomId);
      await ada.heard('room-placed');
      await carol.request('leave', {});
      await level(ada, bob);
      failing.failOnce('mode-changed');
      await world.pass(BACK_TO_PEER_TO_PEER_MS, [ada, bob]);
      await expect.poll(failing.hasFailed).toBe(true);
      const changes = async () => {
        await world.pass(2_000, [ada, bob]);
        return count(ada, 'mode-changed');
      };
      await expect.poll(changes, { timeout: 10_000 }).toBe(2);
      await world.pass(BACK_TO_PEER_TO_PEER_MS, [ada, bob]);
      expect((await world.record(roomId)).mode).toMatchObject({ type: 'p2p', standby: true });
      expect(count(ada, 'mode-changed')).toBe(2);
    });
  },
);

describe('modes with a node that goes down', () => {
  it('M1 C2 after the third came by it, another node places the room', async () => {
    const { failing, roomId, ada, bob, last } = await open(2);
    failing.failAll('room-placed');
    await TestClient.join(last, roomId);
    await ada.heard('mode-changed');
    await expect.poll(failing.hasFailed).toBe(true);
    await world.apps.at(-1)?.close();
    failing.failAll(null);
    const homes = async () => {
      await world.pass(PLACE_RETRY_MS, [ada, bob]);
      return count(ada, 'room-placed');
    };
    await expect.poll(homes, { timeout: 10_000 }).toBe(1);
    expect((await world.record(roomId)).mode).toEqual({ type: 'sfu', reason: 'people' });
  });

  it('C8 after two were left by it, the other node goes back', async () => {
    const { roomId, ada, bob, last } = await open(2);
    const carol = await TestClient.join(last, roomId);
    await ada.heard('room-placed');
    await carol.request('leave', {});
    await level(ada, bob);
    await world.apps.at(-1)?.close();
    await world.pass(BACK_TO_PEER_TO_PEER_MS, [ada, bob]);
    await expect.poll(async () => (await world.record(roomId)).mode.type).toBe('p2p');
  });
});
