// The record and its events as clients may see them: no sessions, no names of machines, and of a
// commit's welcomes only one's own.
import type { PeerId, PeerView, RecordEvent, RoomView } from '../protocol/index.ts';
import { type Fact, positionOf, type RoomEvent, type RoomPeer, type RoomRecord } from './record.ts';

const peerView = ({ peerId, connected, direct, streams }: RoomPeer): PeerView => ({
  peerId,
  connected,
  direct,
  streams,
});

export const roomView = (record: RoomRecord): RoomView => ({
  position: positionOf(record),
  placement: record.home === null ? null : record.placement,
  leaving: record.leaving?.placement ?? null,
  mode: record.mode,
  peers: record.peers.map(peerView),
  group: record.group && {
    groupId: record.group.groupId,
    epoch: record.group.epoch,
    members: [...record.group.members],
  },
  keyPackages: [...record.keyPackages],
});

type CommitEvent = Extract<RecordEvent, { event: 'commit' }>;

const commitView = (
  { messageId, by, group, tagHash, envelope, welcomes }: Extract<Fact, { type: 'commit' }>,
  to?: PeerId,
): CommitEvent['data'] => {
  const own = to === undefined ? undefined : welcomes.find((welcome) => welcome.to === to);
  const commit = { messageId, by, group, tagHash, envelope };
  const welcomed = welcomes.map((welcome) => welcome.to);
  return { commit: { ...commit, welcomed, ...(own && { welcome: own.envelope }) } };
};

/** An event as everybody may see it. */
export const eventView = ({ version, head, fact }: RoomEvent): RecordEvent => {
  const place = { version, head };
  switch (fact.type) {
    case 'peer-joined':
      return { event: fact.type, ...place, data: { peer: peerView(fact.peer) } };
    case 'peer-left':
      return { event: fact.type, ...place, data: { peerId: fact.peerId, reason: fact.reason } };
    case 'peer-disconnected':
    case 'peer-resumed':
    case 'peer-arrived':
      return { event: fact.type, ...place, data: { peerId: fact.peerId } };
    case 'stream-changed':
      return {
        event: fact.type,
        ...place,
        data: { peerId: fact.peerId, source: fact.source, stream: fact.stream },
      };
    case 'direct-changed':
      return {
        event: fact.type,
        ...place,
        data: { peerId: fact.peerId, direct: fact.direct },
      };
    case 'mode-changed':
      return { event: fact.type, ...place, data: { mode: fact.mode } };
    case 'room-placed':
    case 'media-lost':
      return { event: fact.type, ...place, data: { placement: fact.placement } };
    case 'group-created':
      return { event: fact.type, ...place, data: { group: fact.group, by: fact.by } };
    case 'key-package':
      return { event: fact.type, ...place, data: { keyPackage: fact.keyPackage } };
    case 'commit':
      return { event: fact.type, ...place, data: commitView(fact) };
    case 'commit-reported':
      return { event: fact.type, ...place, data: { messageId: fact.messageId, by: fact.by } };
    case 'commit-condemned':
      return {
        event: fact.type,
        ...place,
        data: { messageId: fact.messageId, author: fact.author },
      };
  }
};

/** An event as this peer may see it: `shared`, the very object, unless it holds a welcome for it. */
export const eventViewFor = (
  event: RoomEvent,
  peerId: PeerId,
  shared: RecordEvent,
): RecordEvent => {
  const { version, head, fact } = event;
  if (fact.type !== 'commit' || !fact.welcomes.some(({ to }) => to === peerId)) return shared;
  return { event: fact.type, version, head, data: commitView(fact, peerId) };
};
