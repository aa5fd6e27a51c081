// What a peer sends. A producer is made first and then named in the record; mute and unmute are
// facts first and then told to the media node (PROTOCOL M3, M4).
import { roomTag } from '../auth/room-ids.ts';
import { callMedia } from '../media/media-calls.ts';
import { type ProducerId, Requests } from '../protocol/index.ts';
import { newProducerId } from '../random.ts';
import { findPeer, type RoomRecord } from '../rooms/record.ts';
import { bind, type HandlerDeps, type Membership, membershipOf } from './context.ts';
import { type PlacedPeer, placeOf } from './placement.ts';

const produce = bind(
  Requests.produce,
  async (context, { source, on, placement, rtpParameters }) => {
    const { deps } = context;
    const member = membershipOf(context);
    const { node, key } = placeOf(deps, member, placement);
    const producerId = newProducerId();
    await callMedia(deps.clock, node.produce({ ...key, producerId, source, rtpParameters }));
    try {
      const { record } = await deps.rooms.execute(member.roomId, {
        type: 'produced',
        peerId: member.peerId,
        session: member.session,
        source,
        producerId,
        placement,
        on,
      });
      if (!on) {
        const pausing = node.setProducerPaused({ ...key, producerId, paused: true });
        await callMedia(deps.clock, pausing);
      }
      logStream(deps, member, { source, on }, 'stream started');
      return { version: record.version, data: { producerId } };
    } catch (error) {
      await callMedia(deps.clock, node.closeProducer({ ...key, producerId }));
      throw error;
    }
  },
);

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
  await onProducer(deps, { roomId, peerId, session }, record, producerId, ({ node, key }, id) =>
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
  await onProducer(deps, { roomId, peerId, session }, record, before, ({ node, key }, id) =>
    node.closeProducer({ ...key, producerId: id }),
  );
  logStream(deps, { roomId, peerId, session }, { source, on: false }, 'stream ended');
  return { version: record.version, data: {} };
});

/** Tells the media node, when there is one and it has a producer to tell of. */
const onProducer = async (
  deps: HandlerDeps,
  member: Membership,
  record: RoomRecord,
  producerId: ProducerId | undefined,
  effect: (place: PlacedPeer, producerId: ProducerId) => Promise<void>,
): Promise<void> => {
  if (producerId === undefined || record.home === null) return;
  const place = placeOf(deps, member, record.placement);
  await callMedia(deps.clock, effect(place, producerId));
};

const logStream = (
  { log }: HandlerDeps,
  { roomId, peerId }: Membership,
  stream: { readonly source: string; readonly on: boolean },
  what: string,
): void => log.info({ room: roomTag(roomId), peer: peerId, ...stream }, what);

export const produceHandlers = { produce, 'set-stream': setStream, 'close-stream': closeStream };
