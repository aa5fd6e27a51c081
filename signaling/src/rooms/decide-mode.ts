// Peer to peer or through the media node: what is said about it, and what has to be so after any other
// command (PROTOCOL C1–C8). Pure, as decide.ts, which asks here.
import type { CallMode, PeerId, PeerToPeerOutcome } from '../protocol/index.ts';
import { Head, Incarnation } from '../protocol/index.ts';
import { type BySession, type Decision, facts, lostOf, NOTHING } from './decision.ts';
import { applyFact, DIRECT, emptyRecord } from './evolve.ts';
import { directMode, DIRECT_MOST, hindranceOf, mayGoDirect, needsMedia } from './mode-rules.ts';
import { type Fact, findPeer, placesOf, type RoomRecord } from './record.ts';

export type ModeCommand =
  | ({ readonly type: 'set-direct'; readonly direct: boolean } & BySession)
  | ({
      readonly type: 'peer-to-peer';
      readonly with: PeerId;
      readonly outcome: PeerToPeerOutcome;
    } & BySession)
  /** At most two have been here for long enough. */
  | { readonly type: 'go-direct' };

type PeerToPeer = Extract<CallMode, { type: 'p2p' }>;

const change = (mode: CallMode): Decision => facts({ type: 'mode-changed', mode });

export const withoutArrival = (mode: PeerToPeer, gone: PeerId): PeerToPeer => ({
  ...mode,
  arrived: mode.arrived.filter((peerId) => peerId !== gone),
});

const setDirect = (
  record: RoomRecord,
  { peerId, direct }: Extract<ModeCommand, { type: 'set-direct' }>,
): Decision =>
  findPeer(record, peerId)?.direct === direct
    ? NOTHING
    : facts({ type: 'direct-changed', peerId, direct });

/** Who says it again, or too late, about somebody who has left or in another mode, changes nothing. */
const peerToPeer = (
  { mode, peers }: RoomRecord,
  { peerId, with: other, outcome }: Extract<ModeCommand, { type: 'peer-to-peer' }>,
): Decision => {
  const arePair =
    peers.length === DIRECT_MOST && other !== peerId && peers.some((peer) => peer.peerId === other);
  if (mode.type !== 'p2p' || !arePair) return NOTHING;
  const hasArrived = mode.arrived.includes(peerId);
  switch (outcome) {
    case 'slow':
      if (mode.standby && !hasArrived) return NOTHING;
      return change({ ...withoutArrival(mode, peerId), standby: true });
    case 'arrived':
      if (!mode.standby || hasArrived) return NOTHING;
      if (mode.arrived.includes(other)) return change(DIRECT);
      return change({ ...mode, arrived: [...mode.arrived, peerId] });
    case 'failed':
      return change({ type: 'sfu', reason: 'not-connected' });
  }
};

/** The caller has checked the session. */
export const decideMode = (record: RoomRecord, command: ModeCommand): Decision => {
  switch (command.type) {
    case 'set-direct':
      return setDirect(record, command);
    case 'peer-to-peer':
      return peerToPeer(record, command);
    case 'go-direct':
      return mayGoDirect(record) ? change(directMode(record)) : NOTHING;
  }
};

const NO_NAME = 'A'.repeat(16);
/** What facts are tried on while there is no record: its names are never seen. */
const NOBODY = emptyRecord(Incarnation.parse(NO_NAME), Head.parse(NO_NAME));

const after = (record: RoomRecord | null, made: readonly Fact[]): RoomRecord =>
  made.reduce(applyFact, record ?? NOBODY);

/** By a join at a server that knows no other way; it holds for as long as the record does. */
export const joinServer = (record: RoomRecord | null, decision: Decision): Decision => {
  if (!decision.ok) return decision;
  const { mode } = record ?? NOBODY;
  if (mode.type === 'sfu' && mode.reason === 'server') return decision;
  return facts(...decision.facts, {
    type: 'mode-changed',
    mode: { type: 'sfu', reason: 'server' },
  });
};

const fittingMode = (record: RoomRecord): CallMode => {
  const { mode, peers } = record;
  if (mode.type === 'sfu' && mode.reason === 'server') return mode;
  const reason = hindranceOf(record);
  if (reason !== null) {
    return mode.type === 'sfu' && mode.reason === reason ? mode : { type: 'sfu', reason };
  }
  // Nobody is left for whom to keep the other way ready.
  return mode.type === 'p2p' && mode.standby && peers.length < DIRECT_MOST ? DIRECT : mode;
};

/** Where media may be and nobody has it to be any more: in a mode that needs none, or after a move. */
const endedPlaces = (record: RoomRecord): readonly Fact[] => {
  const { home, leaving } = record;
  if (!needsMedia(record)) return placesOf(record).toReversed().flatMap(lostOf);
  const isOver = home !== null && leaving !== null && leaving.awaited.length === 0;
  return isOver ? lostOf(leaving) : [];
};

/** With the facts, in the same append, all that has to be so after them. */
export const withFittingMode = (record: RoomRecord | null, decision: Decision): Decision => {
  if (!decision.ok || decision.facts.length === 0) return decision;
  const reached = after(record, decision.facts);
  // A room with nobody in it is about to be stored nowhere.
  if (reached.peers.length === 0) return decision;
  const mode = fittingMode(reached);
  const made: Fact[] = mode === reached.mode ? [] : [{ type: 'mode-changed', mode }];
  return facts(...decision.facts, ...made, ...endedPlaces({ ...reached, mode }));
};
