// What a peer sends. A producer is made first and then named in the record; mute and unmute are
// facts first and then told to the media node (PROTOCOL M3, M4).
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import { roomTag } from '../auth/room-ids.ts';
import { hasCode } from '../errors.ts';
import { type ProducerId, Requests, type RoomId } from '../protocol/index.ts';
import { newProducerId } from '../random.ts';
import type { Command } from '../rooms/decide.ts';
import { findPeer, type RoomRecord } from '../rooms/record.ts';
import {
  bind,
  type HandlerContext,
  type HandlerDeps,
  type Membership,
  membershipOf,
} from './context.ts';
import { callPlaced, type PlacedPeer, placeOf } from './placement.ts';

const produce = bind(
  Requests.produce,
  async (context, { source, on, placement, rtpParameters }) => {
    const { deps } = context;
    const member = membershipOf(context);
    const { roomId, peerId, session } = member;
    const place = placeOf(deps, member, placement);
    const { key } = place;
    const former = findPeer(deps.rooms.known(roomId), peerId)?.streams[source].producerId;
    const producerId = newProducerId();
    const request = { ...key, producerId, source, paused: !on, rtpParameters };
    const by = { peerId, session, source };
    try {
      await callPlaced(context, place, (node) => node.produce(request));
      const { record } = await deps.rooms.execute(roomId, {
        type: 'produced',
        ...by,
        producerId,
        placement,
        on,
      });
      logStream(deps, member, { source, on }, 'stream started');
      return { version: record.version, data: { producerId } };
    } catch (error) {
      // Neither half may stay alone: no producer without its name, no name without its producer.
      const close = (id: ProducerId) =>
        tellNode(context, place, (node) => node.closeProducer({ ...key, producerId: id }));
      await Promise.allSettled([
        close(producerId),
        ...(former === undefined ? [] : [close(former), loseProducer(deps, roomId, by, former)]),
      ]);
      throw error;
    }
  },
);

const loseProducer = async (
  { rooms }: HandlerDeps,
  roomId: RoomId,
  by: Pick<Extract<Command, { type: 'producer-lost' }>, 'peerId' | 'session' | 'source'>,
  producerId: ProducerId,
): Promise<void> => {
  await rooms.execute(roomId, { type: 'producer-lost', ...by, producerId });
};

const setStream = bind(Requests['set-stream'], async (context, { source, on }) => {
  const { deps } = context;
  const { roomId, peerId, session } = membershipOf(context);
  const { record } = await deps.rooms.execute(roomId, {
    type: 'set-stream',
    peerId,
    session,
    source,
    on,
  });
  const producerId = findPeer(record, peerId)?.streams[source].producerId;
  await onProducer(context, { roomId, peerId, session }, record, producerId, (node, key, id) =>
    node.setProducerPaused({ ...key, producerId: id, paused: !on }),
  );
  logStream(deps, { roomId, peerId, session }, { source, on }, 'stream switched');
  return { version: record.version, data: {} };
});

const closeStream = bind(Requests['close-stream'], async (context, { source }) => {
  const { deps } = context;
  const { roomId, peerId, session } = membershipOf(context);
  const before = findPeer(deps.rooms.known(roomId), peerId)?.streams[source].producerId;
  const { record } = await deps.rooms.execute(roomId, {
    type: 'close-stream',
    peerId,
    session,
    source,
  });
  await onProducer(context, { roomId, peerId, session }, record, before, (node, key, id) =>
    node.closeProducer({ ...key, producerId: id }),
  );
  logStream(deps, { roomId, peerId, session }, { source, on: false }, 'stream ended');
  return { version: record.version, data: {} };
});

/** Tells the media node, when there is one and it has a producer to tell of. */
const onProducer = async (
  context: HandlerContext,
  member: Membership,
  record: RoomRecord,
  producerId: ProducerId | undefined,
  effect: (node: MediaNode, key: PlacedPeer['key'], producerId: ProducerId) => Promise<void>,
): Promise<void> => {
  if (producerId === undefined || record.home === null) return;
  try {
    const place = placeOf(context.deps, member, record.placement);
    await tellNode(context, place, (node) => effect(node, place.key, producerId));
  } catch (error) {
    // The room lost its home meanwhile: the fact stands, and there is nothing left to tell.
    if (!hasCode(error, 'stale-placement')) throw error;
  }
};

/** What follows from a fact: a node out of reach is told when it is back (reconcile.ts). */
const tellNode = async (
  context: HandlerContext,
  place: PlacedPeer,
  tell: (node: MediaNode) => Promise<void>,
): Promise<void> => {
  const isReached = () => context.deps.media.isConnected(place.home);
  if (!isReached()) return;
  try {
    await callPlaced(context, place, tell);
  } catch (error) {
    if (isReached()) throw error;
  }
};

const logStream = (
  { log }: HandlerDeps,
  { roomId, peerId }: Membership,
  stream: { readonly source: string; readonly on: boolean },
  what: string,
): void => log.info({ room: roomTag(roomId), peer: peerId, ...stream }, what);

export const produceHandlers = { produce, 'set-stream': setStream, 'close-stream': closeStream };
