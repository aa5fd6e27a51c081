// record + fact → record. Pure and total: every fact that decide.ts can make has one meaning here.
import type { CallMode, Incarnation, PeerId, Streams } from '../protocol/index.ts';
import { evolveGroup, withoutPeer } from './evolve-group.ts';
import {
  bytesOf,
  type Fact,
  type Place,
  RECORD_SCHEMA,
  type RoomEvent,
  type RoomPeer,
  type RoomRecord,
} from './record.ts';

/** Peer to peer, and nothing else is used or made ready. */
export const DIRECT: CallMode = { type: 'p2p', standby: false, arrived: [] };

const OFF = { on: false } as const;
export const NO_STREAMS: Streams = { mic: OFF, cam: OFF, screen: OFF, screenAudio: OFF };

const changePeer = (
  record: RoomRecord,
  peerId: PeerId,
  change: (peer: RoomPeer) => RoomPeer,
): RoomRecord => ({
  ...record,
  peers: record.peers.map((peer) => (peer.peerId === peerId ? change(peer) : peer)),
});

/** What somebody means to send stays; what carried it is gone. */
const withoutProducers = (record: RoomRecord): RoomRecord => ({
  ...record,
  peers: record.peers.map(({ streams, ...peer }) => ({
    ...peer,
    streams: {
      mic: { on: streams.mic.on },
      cam: { on: streams.cam.on },
      screen: { on: streams.screen.on },
      screenAudio: { on: streams.screenAudio.on },
    },
  })),
});

const withoutAwaited = (record: RoomRecord, gone: PeerId): RoomRecord['leaving'] =>
  record.leaving && {
    ...record.leaving,
    awaited: record.leaving.awaited.filter((peerId) => peerId !== gone),
  };

/**
 * Who is there then is to arrive, where the room moves there: from its home, or still from the one before it,
 * when the one that it was moving to was lost.
 */
const place = (record: RoomRecord, { placement, home }: Place): RoomRecord => {
  const from =
    record.home === null ? record.leaving : { placement: record.placement, home: record.home };
  const awaited = record.peers.map(({ peerId }) => peerId);
  const leaving = from && { ...from, awaited };
  return { ...withoutProducers(record), placement, home, leaving };
};

/** The two who could not reach each other are remembered until one of them leaves. */
const changeMode = (record: RoomRecord, mode: CallMode): RoomRecord => {
  if (mode.type === 'p2p' || mode.reason !== 'not-connected') return { ...record, mode };
  const [one, other] = record.peers;
  const pair = one && other ? ([one.peerId, other.peerId] as const) : null;
  return { ...record, mode, failedPair: pair };
};

export const applyFact = (record: RoomRecord, fact: Fact): RoomRecord => {
  switch (fact.type) {
    case 'peer-joined':
      return { ...record, peers: [...record.peers, fact.peer] };
    case 'peer-left':
      return {
        ...withoutPeer(record, fact.peerId),
        peers: record.peers.filter(({ peerId }) => peerId !== fact.peerId),
        leaving: withoutAwaited(record, fact.peerId),
        failedPair: record.failedPair?.includes(fact.peerId) === true ? null : record.failedPair,
      };
    case 'peer-disconnected':
      return changePeer(record, fact.peerId, (peer) => ({ ...peer, connected: false }));
    case 'peer-resumed':
      return changePeer(record, fact.peerId, (peer) => ({
        ...peer,
        connected: true,
        session: fact.session,
        node: fact.node,
      }));
    case 'stream-changed':
      return changePeer(record, fact.peerId, (peer) => ({
        ...peer,
        streams: { ...peer.streams, [fact.source]: fact.stream },
      }));
    case 'direct-changed':
      return changePeer(record, fact.peerId, (peer) => ({ ...peer, direct: fact.direct }));
    case 'mode-changed':
      return changeMode(record, fact.mode);
    case 'room-placed':
      return place(record, fact);
    case 'media-lost':
      return fact.placement === record.leaving?.placement
        ? { ...record, leaving: null }
        : { ...withoutProducers(record), home: null };
    case 'peer-arrived':
      return { ...record, leaving: withoutAwaited(record, fact.peerId) };
    case 'group-created':
    case 'key-package':
    case 'commit':
    case 'commit-reported':
    case 'commit-condemned':
      return evolveGroup(record, fact);
  }
};

export const emptyRecord = (incarnation: Incarnation, head: RoomRecord['head']): RoomRecord => ({
  schema: RECORD_SCHEMA,
  incarnation,
  version: 0,
  head,
  logBytes: 0,
  placement: 0,
  home: null,
  leaving: null,
  mode: DIRECT,
  failedPair: null,
  peers: [],
  group: null,
  keyPackages: [],
});

/** True when the event is the next of this very log. */
export const follows = (record: RoomRecord, event: RoomEvent): boolean =>
  event.incarnation === record.incarnation &&
  event.version === record.version + 1 &&
  event.prev === record.head;

/** The caller has checked `follows`. */
export const evolve = (record: RoomRecord, event: RoomEvent): RoomRecord => ({
  ...applyFact(record, event.fact),
  version: event.version,
  head: event.head,
  logBytes: record.logBytes + bytesOf(event),
});
