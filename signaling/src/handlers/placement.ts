// Gives a room its media node: the record decides first, the node follows with the first transport.
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import { roomTag } from '../auth/room-ids.ts';
import { AppError } from '../errors.ts';
import { callMedia } from '../media/media-calls.ts';
import type { RoomId } from '../protocol/index.ts';
import { lacksHome } from '../rooms/mode-rules.ts';
import type { Home } from '../rooms/record.ts';
import type { MediaLost } from '../rooms/room-service.ts';
import type { HandlerDeps, Membership } from './context.ts';

type Deps = Pick<HandlerDeps, 'rooms' | 'media' | 'clock' | 'log'>;

/** No error when another node was faster, or none is needed any more. Rejects with AppError. */
export const place = async (deps: Deps, roomId: RoomId): Promise<void> => {
  const record = deps.rooms.known(roomId);
  if (record === null || !lacksHome(record)) return;
  const home = deps.media.choose();
  const placement = Math.max(record.placement + 1, deps.clock.now());
  try {
    await deps.rooms.execute(roomId, { type: 'place', placement, home });
    deps.log.info({ room: roomTag(roomId), placement, worker: home.worker }, 'room placed');
  } catch (error) {
    const known = deps.rooms.known(roomId);
    const isOver = known === null || !lacksHome(known);
    if (!isOver) throw error;
  }
};

/**
 * Gives a room a home that needs one and has none. Never rejects: what fails is tried again, and told, by
 * each node that serves the room (rooms/call-modes.ts).
 */
export const ensurePlaced = (deps: Deps, roomId: RoomId): Promise<void> =>
  place(deps, roomId).catch(() => undefined);

/** The placement has ended: says so in the record, and finds the room another home. */
export const replaceRoom = async (deps: Deps, roomId: RoomId, placement: number): Promise<void> => {
  await deps.rooms.execute(roomId, { type: 'lose-media', placement });
  void ensurePlaced(deps, roomId);
};

/** The record has no such placement any more: its media node need not hold it. Never rejects. */
export const closeLost = async (
  { media, clock, log }: Deps,
  roomId: RoomId,
  { placement, home }: MediaLost,
): Promise<void> => {
  try {
    await callMedia(clock, media.nodeOf(home).closeRoom({ roomId, placement }));
  } catch (error) {
    log.warn({ room: roomTag(roomId), placement, err: error }, 'lost media could not be closed');
  }
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
