// record + command → facts, or a refusal. Pure: no clock, no randomness, no effect (PROTOCOL V1).
import type { LeaveReason, PeerId, ProducerId, StreamSource } from '../protocol/index.ts';
import { decideGroup, type GroupCommand } from './decide-group.ts';
import {
  decideMode,
  joinServer,
  type ModeCommand,
  withFittingMode,
  withoutArrival,
} from './decide-mode.ts';
import { type BySession, type Decision, facts, lostOf, NOTHING, refuse } from './decision.ts';
import { NO_STREAMS } from './evolve.ts';
import { type CallModePolicy, lacksHome } from './mode-rules.ts';
import {
  type Fact,
  findPeer,
  type Home,
  type NodeName,
  placesOf,
  type RoomPeer,
  type RoomRecord,
} from './record.ts';

export type Command =
  | {
      readonly type: 'join';
      readonly peerId: PeerId;
      readonly maxPeers: number;
      readonly direct: boolean;
      readonly callMode: CallModePolicy;
      /** The process that will hold their socket. */
      readonly node: NodeName;
    }
  | { readonly type: 'resume'; readonly peerId: PeerId; readonly node: NodeName }
  | ({ readonly type: 'disconnect' } & BySession)
  | ({ readonly type: 'leave'; readonly reason: LeaveReason } & BySession)
  | ({
      readonly type: 'set-stream';
      readonly source: StreamSource;
      readonly on: boolean;
    } & BySession)
  | ({
      readonly type: 'produced';
      readonly source: StreamSource;
      readonly producerId: ProducerId;
      readonly placement: number;
      readonly on: boolean;
    } & BySession)
  /** The producer that the record names is no more. */
  | ({
      readonly type: 'producer-lost';
      readonly source: StreamSource;
      readonly producerId: ProducerId;
    } & BySession)
  | ({ readonly type: 'close-stream'; readonly source: StreamSource } & BySession)
  /** Offers a home to a room that has none. */
  | { readonly type: 'place'; readonly placement: number; readonly home: Home }
  /** Another home for a room that has one, under the placement `from`. */
  | {
      readonly type: 'move';
      readonly from: number;
      readonly placement: number;
      readonly home: Home;
    }
  /** All that they should have under the new placement has come. */
  | ({ readonly type: 'arrived'; readonly placement: number } & BySession)
  /** `of`: the room's home alone, where who says so may not have heard that it moves from there. */
  | { readonly type: 'lose-media'; readonly placement: number; readonly of?: 'home' }
  | ModeCommand
  | GroupCommand;

const join = (record: RoomRecord | null, command: Extract<Command, { type: 'join' }>): Decision => {
  const known = findPeer(record, command.peerId);
  if (record !== null && known !== undefined) return joinAgain(record, known, command);
  if ((record?.peers.length ?? 0) >= command.maxPeers) return refuse('room-full');
  const { peerId, direct, node } = command;
  const session = nextSession(record);
  return facts({
    type: 'peer-joined',
    peer: { peerId, session, connected: true, node, direct, streams: NO_STREAMS },
  });
};

/** Another page, or the same one that has begun anew: what had arrived in it is to arrive again. */
const joinAgain = (
  record: RoomRecord,
  { peerId, direct }: RoomPeer,
  command: Extract<Command, { type: 'join' }>,
): Decision => {
  const { mode } = record;
  const made: Fact[] = [resumed(record, command)];
  if (direct !== command.direct) {
    made.push({ type: 'direct-changed', peerId, direct: command.direct });
  }
  if (mode.type === 'p2p' && mode.arrived.includes(peerId)) {
    made.push({ type: 'mode-changed', mode: withoutArrival(mode, peerId) });
  }
  // Of what the room is leaving they have nothing.
  if (isAwaited(record, peerId)) made.push({ type: 'peer-arrived', peerId });
  return facts(...made);
};

/** Higher than any before it in this log, also when somebody leaves and joins again. */
const nextSession = (record: RoomRecord | null): number => (record?.version ?? 0) + 1;

const resumed = (
  record: RoomRecord,
  { peerId, node }: { readonly peerId: PeerId; readonly node: NodeName },
): Fact => ({ type: 'peer-resumed', peerId, session: nextSession(record), node });

const leave = (peer: RoomPeer, { reason }: Extract<Command, { type: 'leave' }>): Decision =>
  reason === 'timeout' && peer.connected
    ? NOTHING
    : facts({ type: 'peer-left', peerId: peer.peerId, reason });

const setStream = (
  peer: RoomPeer,
  { source, on }: Extract<Command, { type: 'set-stream' }>,
): Decision => {
  const stream = peer.streams[source];
  if (stream.on === on) return NOTHING;
  return facts({ type: 'stream-changed', peerId: peer.peerId, source, stream: { ...stream, on } });
};

const produced = (
  record: RoomRecord,
  peer: RoomPeer,
  { source, producerId, placement, on }: Extract<Command, { type: 'produced' }>,
): Decision => {
  if (record.home === null || record.placement !== placement) return refuse('stale-placement');
  const stream = { on, producerId };
  return facts({ type: 'stream-changed', peerId: peer.peerId, source, stream });
};

/** One move is decided once, however many processes see its reason. */
const move = (
  record: RoomRecord,
  { from, placement, home }: Extract<Command, { type: 'move' }>,
): Decision => {
  if (record.home === null || record.placement !== from || placement <= from) return NOTHING;
  return facts(...lostOf(record.leaving), { type: 'room-placed', placement, home });
};

const loseMedia = (
  record: RoomRecord,
  { placement, of }: Extract<Command, { type: 'lose-media' }>,
): Decision => {
  if (of === 'home' && placement !== record.placement) return NOTHING;
  return facts(
    ...placesOf(record).flatMap((place) => (place.placement === placement ? lostOf(place) : [])),
  );
};

const isAwaited = ({ leaving }: RoomRecord, peerId: PeerId): boolean =>
  leaving?.awaited.includes(peerId) === true;

const arrived = (
  record: RoomRecord,
  { peerId, placement }: Extract<Command, { type: 'arrived' }>,
): Decision => {
  if (record.home === null || record.placement !== placement) return refuse('stale-placement');
  return isAwaited(record, peerId) ? facts({ type: 'peer-arrived', peerId }) : NOTHING;
};

const producerLost = (
  peer: RoomPeer,
  { source, producerId }: Extract<Command, { type: 'producer-lost' }>,
): Decision => {
  const { on, producerId: named } = peer.streams[source];
  if (named !== producerId) return NOTHING;
  return facts({ type: 'stream-changed', peerId: peer.peerId, source, stream: { on } });
};

const closeStream = (
  peer: RoomPeer,
  { source }: Extract<Command, { type: 'close-stream' }>,
): Decision => {
  const { on, producerId } = peer.streams[source];
  if (!on && producerId === undefined) return NOTHING;
  return facts({
    type: 'stream-changed',
    peerId: peer.peerId,
    source,
    stream: NO_STREAMS[source],
  });
};

/** `null` for a room that nobody is in: only a join can make a record of it. */
export const decide = (record: RoomRecord | null, command: Command): Decision => {
  const decision = decideAlone(record, command);
  const isServers = command.type === 'join' && command.callMode === 'sfu-only';
  return withFittingMode(record, isServers ? joinServer(record, decision) : decision);
};

const decideAlone = (record: RoomRecord | null, command: Command): Decision => {
  if (command.type === 'join') return join(record, command);
  if (record === null) return refuse('room-reset');
  switch (command.type) {
    case 'place':
      return !lacksHome(record) || command.placement <= record.placement
        ? refuse('stale-placement')
        : facts({ type: 'room-placed', placement: command.placement, home: command.home });
    case 'move':
      return move(record, command);
    case 'lose-media':
      return loseMedia(record, command);
    case 'go-direct':
      return decideMode(record, command);
    case 'resume': {
      const peer = findPeer(record, command.peerId);
      return peer === undefined ? refuse('room-reset') : facts(resumed(record, command));
    }
    case 'disconnect':
    case 'leave':
    case 'set-stream':
    case 'produced':
    case 'producer-lost':
    case 'close-stream':
    case 'arrived':
    case 'set-direct':
    case 'peer-to-peer':
    case 'create-group':
    case 'key-package':
    case 'commit':
    case 'bad-commit': {
      const peer = findPeer(record, command.peerId);
      if (peer === undefined || peer.session !== command.session) return refuse('not-joined');
      return decideForPeer(record, peer, command);
    }
  }
};

const decideForPeer = (
  record: RoomRecord,
  peer: RoomPeer,
  command: Extract<Command, BySession>,
): Decision => {
  switch (command.type) {
    case 'disconnect':
      return peer.connected ? facts({ type: 'peer-disconnected', peerId: peer.peerId }) : NOTHING;
    case 'leave':
      return leave(peer, command);
    case 'set-stream':
      return setStream(peer, command);
    case 'produced':
      return produced(record, peer, command);
    case 'producer-lost':
      return producerLost(peer, command);
    case 'close-stream':
      return closeStream(peer, command);
    case 'arrived':
      return arrived(record, command);
    case 'set-direct':
    case 'peer-to-peer':
      return decideMode(record, command);
    case 'create-group':
    case 'key-package':
    case 'commit':
    case 'bad-commit':
      return decideGroup(record, command);
  }
};
