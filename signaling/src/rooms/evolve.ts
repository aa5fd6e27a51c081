// record + fact → record. Pure and total: every fact that decide.ts can make has one meaning here.
import type { CallMode, Incarnation, PeerId, Streams } from '../protocol/index.ts';
import { evolveGroup, withoutPeer } from './evolve-group.ts';
import {
  bytesOf,
  type Fact,
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
const withoutProducers = (streams: Streams): Streams => ({
  mic: { on: streams.mic.on },
  cam: { on: streams.cam.on },
  screen: { on: streams.screen.on },
  screenAudio: { on: streams.screenAudio.on },
});

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
      return { ...record, placement: fact.placement, home: fact.home };
    case 'media-lost':
      return {
        ...record,
        home: null,
        peers: record.peers.map((peer) => ({ ...peer, streams: withoutProducers(peer.streams) })),
      };
    case 'peer-arrived':
      return record;
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
