// Gives a room its media node: the record decides first, the node follows with the first transport.
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import { roomTag } from '../auth/room-ids.ts';
import { AppError, hasCode } from '../errors.ts';
import { callMedia } from '../media/media-calls.ts';
import type { RoomId } from '../protocol/index.ts';
import type { Command } from '../rooms/decide.ts';
import { lacksHome } from '../rooms/mode-rules.ts';
import { type Home, type Place, placesOf, type RoomRecord } from '../rooms/record.ts';
import type { MediaLost } from '../rooms/room-service.ts';
import type { HandlerContext, HandlerDeps, Membership } from './context.ts';

type Deps = Pick<HandlerDeps, 'rooms' | 'media' | 'clock' | 'log'>;

/** What an earlier life of the room left on another node: no record names it, and none will. Never rejects. */
const closeElsewhere = async (
  { media, clock }: Deps,
  roomId: RoomId,
  home: Home,
  placement: number,
) => {
  const others = media.nodes.filter((node) => node.isConnected() && node.nodeId !== home.nodeId);
  await Promise.allSettled(
    others.map((node) => callMedia(clock, node.closeRoom({ roomId, placement }))),
  );
};

/** Says so when the room's media is on a node that is no more, or what it moves from was. */
const leaveGoneHome = async ({ rooms, media, log }: Deps, roomId: RoomId): Promise<void> => {
  const record = rooms.known(roomId);
  for (const { home, placement } of record === null ? [] : placesOf(record)) {
    if (!media.isGone(home, placement)) continue;
    const { changed } = await rooms.execute(roomId, { type: 'lose-media', placement });
    if (changed) log.warn({ room: roomTag(roomId), placement }, 'media node gone');
  }
};

/**
 * A home for a room that needs one and has none, or whose home is gone. No error when another node was
 * faster, or none is needed any more. Rejects with AppError.
 */
export const place = async (deps: Deps, roomId: RoomId): Promise<void> => {
  await leaveGoneHome(deps, roomId);
  const record = deps.rooms.known(roomId);
  if (record === null || !lacksHome(record)) return;
  const home = deps.media.choose();
  const placement = Math.max(record.placement + 1, deps.clock.now());
  try {
    await deps.rooms.execute(roomId, { type: 'place', placement, home });
    deps.log.info({ room: roomTag(roomId), placement, worker: home.worker }, 'room placed');
    const isFirst = record.placement === 0;
    if (isFirst) await closeElsewhere(deps, roomId, home, placement);
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
export const replaceRoom = async (
  deps: Deps,
  roomId: RoomId,
  lost: Pick<Extract<Command, { type: 'lose-media' }>, 'placement' | 'of'>,
): Promise<void> => {
  await deps.rooms.execute(roomId, { type: 'lose-media', ...lost });
  void ensurePlaced(deps, roomId);
};

/** Closes on the node what has ended there by this record, if it is connected. Rejects with AppError. */
export const closeEnded = async (
  { media, clock }: Pick<Deps, 'media' | 'clock'>,
  roomId: RoomId,
  record: RoomRecord | null,
  { home, placement }: Place,
): Promise<void> => {
  // What cannot be told now is found when the node is connected again (reconcile.ts).
  const node = media.nodes.find(({ nodeId }) => nodeId === home.nodeId);
  if (node?.isConnected() !== true) return;
  const keep = record?.leaving?.placement;
  await callMedia(clock, node.closeRoom({ roomId, placement, keep }));
};

/** The record has no such placement any more: its media node need not hold it. Never rejects. */
export const closeLost = async (
  deps: Deps,
  roomId: RoomId,
  { placement, home }: MediaLost,
): Promise<void> => {
  try {
    await closeEnded(deps, roomId, deps.rooms.known(roomId), { placement, home });
  } catch (error) {
    const what = 'lost media could not be closed';
    deps.log.warn({ room: roomTag(roomId), placement, err: error }, what);
  }
};

export interface PlacedPeer {
  readonly home: Home;
  readonly key: Pick<Membership, 'roomId' | 'peerId'> & { readonly placement: number };
}

/** Where this peer's media is, or is being left, by a record. */
export const placesOfPeer = (
  record: RoomRecord | null,
  { roomId, peerId }: Pick<Membership, 'roomId' | 'peerId'>,
): readonly PlacedPeer[] =>
  record === null
    ? []
    : placesOf(record).map(({ home, placement }) => ({ home, key: { roomId, placement, peerId } }));

/** Where this peer's media lives by the record as it is known here; null when it is nowhere. */
export const knownPlace = (
  { rooms }: Pick<HandlerDeps, 'rooms'>,
  { roomId, peerId }: Membership,
): PlacedPeer | null => {
  const record = rooms.known(roomId);
  if (record === null || record.home === null) return null;
  return { home: record.home, key: { roomId, placement: record.placement, peerId } };
};

/** The same, meant for one placement. Throws `stale-placement` when it is not that one. */
export const placeOf = (
  deps: Pick<HandlerDeps, 'rooms'>,
  membership: Membership,
  placement: number,
): PlacedPeer => {
  const place = knownPlace(deps, membership);
  if (place === null || place.key.placement !== placement) {
    throw new AppError('stale-placement', 'the room is not there any more');
  }
  return place;
};

/**
 * One call for a peer where the record says that its media is, as soon as that node can be called. A node
 * that knows nothing of the placement which the record names has lost it: the room is placed again (PROTOCOL
 * M8), as often as one connection may have it so: where nobody has opened a transport yet, there is nothing
 * to know. Rejects with AppError.
 */
export const callPlaced = async <T>(
  { deps, session }: HandlerContext,
  { home, key }: PlacedPeer,
  call: (node: MediaNode) => Promise<T>,
): Promise<T> => {
  const { roomId, placement } = key;
  try {
    return await callMedia(deps.clock, call(await deps.media.reach(home, placement)));
  } catch (error) {
    const isLost = hasCode(error, 'stale-placement') || deps.media.isGone(home, placement);
    if (isLost && session.mayTake('costly')) {
      await replaceRoom(deps, roomId, { placement, of: 'home' });
    }
    throw error;
  }
};
