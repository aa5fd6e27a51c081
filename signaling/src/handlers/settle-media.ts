// Media of which nobody knows whether it should be there: a fact's answer was lost, or the node could not be
// told of it. Later, and for as long as it takes, the node is told what the record says by then; that twice,
// or by two processes, changes nothing (PROTOCOL M13).
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import { AppError, hasCode } from '../errors.ts';
import { callMedia } from '../media/media-calls.ts';
import type { PeerId, ProducerId } from '../protocol/index.ts';
import { findPeer, isPlacedAt, type RoomRecord } from '../rooms/record.ts';
import type { HandlerDeps } from './context.ts';
import type { Errand } from './persist.ts';
import { closeEnded, type PlacedPeer } from './placement.ts';

type Deps = Pick<HandlerDeps, 'rooms' | 'media' | 'clock' | 'persistence'>;

/** What a room moves from is named no more: its producers end with it. */
const isThere = ({ home, key }: PlacedPeer, record: RoomRecord): boolean =>
  record.home?.nodeId === home.nodeId && record.placement === key.placement;

/** Undefined while it is not connected. */
const nodeOf = ({ media }: Deps, { home }: PlacedPeer): MediaNode | undefined =>
  media.nodes.find((node) => node.nodeId === home.nodeId && node.isConnected());

/** What is no longer under that placement has ended. */
const tell = async ({ clock }: Deps, call: Promise<void>): Promise<void> => {
  try {
    await callMedia(clock, call);
  } catch (error) {
    if (!hasCode(error, 'stale-placement')) throw error;
  }
};

type ProducerState = 'on' | 'off' | 'unnamed';

const stateOf = (record: RoomRecord, peerId: PeerId, producerId: ProducerId): ProducerState => {
  const streams = Object.values(findPeer(record, peerId)?.streams ?? {});
  const stream = streams.find((each) => each.producerId === producerId);
  if (stream === undefined) return 'unnamed';
  return stream.on ? 'on' : 'off';
};

/**
 * Rejects while the node is not connected and the room still there: the store is not asked about it again
 * and again where the record is known here.
 */
const awaitNode = async (deps: Deps, place: PlacedPeer): Promise<void> => {
  const { rooms } = deps;
  const { roomId } = place.key;
  const record = rooms.known(roomId) ?? (await rooms.read(roomId));
  if (record === null || !isThere(place, record)) return;
  throw new AppError('media-unavailable', 'the media node is not connected');
};

/** Told again until the record has not changed meanwhile: another process may have told of a later fact. */
const settleProducer = async (
  deps: Deps,
  place: PlacedPeer,
  producerId: ProducerId,
): Promise<void> => {
  const { key } = place;
  for (let told: ProducerState | null = null; ;) {
    const node = nodeOf(deps, place);
    if (node === undefined) return awaitNode(deps, place);
    const record = await deps.rooms.read(key.roomId);
    if (record === null || !isThere(place, record)) return;
    const state = stateOf(record, key.peerId, producerId);
    if (state === told) return;
    told = state;
    await tell(
      deps,
      state === 'unnamed'
        ? node.closeProducer({ ...key, producerId })
        : node.setProducerPaused({ ...key, producerId, paused: state === 'off' }),
    );
  }
};

const settlePeer = async (deps: Deps, place: PlacedPeer): Promise<void> => {
  const { home, key } = place;
  const { roomId, placement, peerId } = key;
  const node = nodeOf(deps, place);
  // When it is connected again, whoever has left is found by what it holds (reconcile.ts).
  if (node === undefined) return;
  const record = await deps.rooms.read(roomId);
  if (record === null || record.peers.length === 0) {
    await tell(deps, node.closeRoom({ roomId, placement }));
  } else if (!isPlacedAt(record, home.nodeId, placement)) {
    await closeEnded(deps, roomId, record, { home, placement });
  } else if (findPeer(record, peerId) === undefined) {
    await tell(deps, node.closePeer(key));
  }
};

/** Muted or not, or closed where the record does not name it. */
export const settleProducerLater = (deps: Deps, place: PlacedPeer, producerId: ProducerId): void =>
  deps.persistence.seeLater({
    roomId: place.key.roomId,
    about: `producer ${producerId}`,
    run: () => settleProducer(deps, place, producerId),
  });

const peerErrand = (deps: Deps, place: PlacedPeer): Errand => {
  const { roomId, placement, peerId } = place.key;
  const about = `media ${placement} of ${peerId}`;
  return { roomId, about, run: () => settlePeer(deps, place) };
};

/** Closed where the peer is in the record no more, and the room where nobody is, or is no more. */
export const settlePeerLater = (deps: Deps, place: PlacedPeer): void =>
  deps.persistence.seeLater(peerErrand(deps, place));

/** The same, at once where that can be. Never rejects. */
export const settlePeerNow = (deps: Deps, place: PlacedPeer): Promise<void> =>
  deps.persistence.see(peerErrand(deps, place));
