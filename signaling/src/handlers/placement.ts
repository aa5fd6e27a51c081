// Gives a room its media node: the record decides first, the node follows with the first transport.
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import { roomTag } from '../auth/room-ids.ts';
import { AppError } from '../errors.ts';
import type { RoomId } from '../protocol/index.ts';
import type { Home } from '../rooms/record.ts';
import type { HandlerDeps, Membership } from './context.ts';

type Deps = Pick<HandlerDeps, 'rooms' | 'media' | 'clock' | 'log'>;

/** While no worker is up: how soon to look again. */
export const PLACE_RETRY_MS = 500;

/** No error when another node was faster. Rejects with AppError. */
const place = async (deps: Deps, roomId: RoomId): Promise<void> => {
  const record = deps.rooms.known(roomId);
  if (record === null || record.home !== null) return;
  const home = deps.media.choose();
  const placement = Math.max(record.placement + 1, deps.clock.now());
  try {
    await deps.rooms.execute(roomId, { type: 'place', placement, home });
    deps.log.info({ room: roomTag(roomId), placement, worker: home.worker }, 'room placed');
  } catch (error) {
    const known = deps.rooms.known(roomId);
    const isOver = known === null || known.home !== null;
    if (!isOver) throw error;
  }
};

/** Sees to it, in the background, that a room with people on this node has a home. */
export const ensurePlaced = (deps: Deps, roomId: RoomId): void => {
  place(deps, roomId).catch((error: unknown) => {
    const isWait = error instanceof AppError && error.code === 'media-unavailable';
    if (isWait) deps.log.warn({ room: roomTag(roomId) }, 'room waits for a media worker');
    else deps.log.error({ room: roomTag(roomId), err: error }, 'room could not be placed');
    deps.clock.after(PLACE_RETRY_MS, () => {
      if (deps.rooms.known(roomId) !== null) ensurePlaced(deps, roomId);
    });
  });
};

/** The placement has ended: says so in the record, and finds the room another home. */
export const replaceRoom = async (deps: Deps, roomId: RoomId, placement: number): Promise<void> => {
  await deps.rooms.execute(roomId, { type: 'lose-media', placement });
  ensurePlaced(deps, roomId);
};

export interface PlacedPeer {
  readonly node: MediaNode;
  readonly home: Home;
  readonly key: { readonly roomId: RoomId; readonly placement: number; readonly peerId: string };
}

/** Where this peer's media lives. Throws `stale-placement` when it was meant for another home. */
export const placeOf = (
  { rooms, media }: Pick<HandlerDeps, 'rooms' | 'media'>,
  { roomId, peerId }: Membership,
  placement: number,
): PlacedPeer => {
  const record = rooms.known(roomId);
  if (record === null || record.home === null || record.placement !== placement) {
    throw new AppError('stale-placement', 'the room is not there any more');
  }
  const { home } = record;
  return { node: media.nodeOf(home), home, key: { roomId, placement, peerId } };
};
