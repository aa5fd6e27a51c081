// What tests do to have rooms move between the workers of one real media server.
import type { MediaServer } from '@sotto/sfu-worker';
import { expect } from 'vitest';
import { MOVE_RETRY_MS } from '../../src/handlers/moves.ts';
import type { RoomId } from '../../src/protocol/index.ts';
import { count } from './media-steps.ts';
import type { Scene } from './scene.ts';
import type { TestClient } from './test-client.ts';

/** Nothing of the tests before is held, and no worker drains. */
export const freshMedia = async (media: MediaServer): Promise<void> => {
  for (const room of await media.heldRooms()) await media.closeRoom(room);
  const takesRooms = () => media.load().every(({ alive, draining }) => alive && !draining);
  await expect.poll(takesRooms, { timeout: 20_000 }).toBe(true);
};

export const homeOf = async (world: Scene, roomId: RoomId): Promise<number> => {
  const { home } = await world.record(roomId);
  return home?.worker ?? expect.fail('the room has no home');
};

export const drainHome = async (world: Scene, roomId: RoomId): Promise<void> =>
  world.media.drain({ worker: await homeOf(world, roomId) });

/** How often the room has been placed, as this client knows. */
export const placements = (client: TestClient): number =>
  count(client, 'room-placed') + (client.session.room.placement === null ? 0 : 1);

/** Waits until all of them are told of a placement after this one; time passes for who tries again. */
export const placedAfter = async (
  world: Scene,
  before: number,
  clients: readonly TestClient[],
): Promise<void> => {
  const all = async () => {
    await world.pass(MOVE_RETRY_MS, clients);
    return clients.every(({ placement }) => placement > before);
  };
  await expect.poll(all, { timeout: 20_000 }).toBe(true);
};

export const arrive = (client: TestClient): Promise<unknown> =>
  client.request('arrived', { placement: client.placement });

/** The placements under which the media server has the room. */
export const heldUnder = async (media: MediaServer, roomId: RoomId): Promise<readonly number[]> =>
  (await media.heldRooms())
    .filter((room) => room.roomId === roomId)
    .map(({ placement }) => placement)
    .toSorted((one, other) => one - other);

/** All of them have been told of all that there is. */
export const caughtUp = async (...clients: readonly TestClient[]): Promise<void> => {
  await Promise.all(clients.map((client) => client.request('read-room', {})));
};
