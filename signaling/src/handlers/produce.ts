// What a peer sends. A producer is made first and then named in the record; mute and unmute are
// facts first and then told to the media node (PROTOCOL M3, M4).
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import { roomTag } from '../auth/room-ids.ts';
import { hasCode } from '../errors.ts';
import { type ProducerId, Requests, type RoomId } from '../protocol/index.ts';
import { newProducerId } from '../random.ts';
import type { Command } from '../rooms/decide.ts';
import { findPeer, type RoomRecord } from '../rooms/record.ts';
import type { Outcome } from '../rooms/room-replica.ts';
import {
  bind,
  type HandlerContext,
  type HandlerDeps,
  type Membership,
  membershipOf,
} from './context.ts';
import { callPlaced, knownPlace, type PlacedPeer, placeOf } from './placement.ts';
import { settleProducerLater } from './settle-media.ts';

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
      const made = former === undefined ? [producerId] : [producerId, former];
      if (hasCode(error, 'unavailable')) {
        // Nobody knows which of them the record names: the errands ask it.
        for (const id of made) settleProducerLater(deps, place, id);
      } else {
        await Promise.allSettled([
          ...made.map((id) =>
            tellNode(context, place, id, (node) => node.closeProducer({ ...key, producerId: id })),
          ),
          ...(former === undefined ? [] : [loseProducer(deps, roomId, by, former)]),
        ]);
      }
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
  const member = membershipOf(context);
  const { peerId, session } = member;
  const { record } = await executeFor(context, member, {
    type: 'set-stream',
    peerId,
    session,
    source,
    on,
  });
  const producerId = findPeer(record, peerId)?.streams[source].producerId;
  await onProducer(context, member, record, producerId, (node, key, id) =>
    node.setProducerPaused({ ...key, producerId: id, paused: !on }),
  );
  logStream(deps, member, { source, on }, 'stream switched');
  return { version: record.version, data: {} };
});

const closeStream = bind(Requests['close-stream'], async (context, { source }) => {
  const { deps } = context;
  const member = membershipOf(context);
  const { roomId, peerId, session } = member;
  const before = findPeer(deps.rooms.known(roomId), peerId)?.streams[source].producerId;
  const { record } = await executeFor(context, member, {
    type: 'close-stream',
    peerId,
    session,
    source,
  });
  await onProducer(context, member, record, before, (node, key, id) =>
    node.closeProducer({ ...key, producerId: id }),
  );
  logStream(deps, member, { source, on: false }, 'stream ended');
  return { version: record.version, data: {} };
});

/**
 * A fact about one stream. If nobody knows whether it was made, what it means for the media node is seen to
 * later: who asks again may find it made, and the producer that it was about named no more.
 */
const executeFor = async (
  { deps }: HandlerContext,
  member: Membership,
  command: Extract<Command, { type: 'set-stream' | 'close-stream' }>,
): Promise<Outcome> => {
  const { roomId, peerId } = member;
  const streams = findPeer(deps.rooms.known(roomId), peerId)?.streams;
  const producerId = streams?.[command.source].producerId;
  const place = knownPlace(deps, member);
  try {
    return await deps.rooms.execute(roomId, command);
  } catch (error) {
    const isUnknown = hasCode(error, 'unavailable');
    if (isUnknown && place !== null && producerId !== undefined) {
      settleProducerLater(deps, place, producerId);
    }
    throw error;
  }
};

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
    await tellNode(context, place, producerId, (node) => effect(node, place.key, producerId));
  } catch (error) {
    // The room lost its home meanwhile: the fact stands, and there is nothing left to tell.
    if (!hasCode(error, 'stale-placement')) throw error;
  }
};

/** What follows from a fact: a node that could not be told of it is told later. */
const tellNode = async (
  context: HandlerContext,
  place: PlacedPeer,
  producerId: ProducerId,
  tell: (node: MediaNode) => Promise<void>,
): Promise<void> => {
  const { deps } = context;
  const isReached = () => deps.media.isConnected(place.home);
  try {
    if (isReached()) await callPlaced(context, place, tell);
    else settleProducerLater(deps, place, producerId);
  } catch (error) {
    if (!hasCode(error, 'stale-placement')) settleProducerLater(deps, place, producerId);
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
