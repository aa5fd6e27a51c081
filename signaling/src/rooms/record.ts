// The room as one versioned record, and the facts that its log is made of. Schemas, because a store
// may hand back what another release wrote; evolve.ts folds, decide.ts judges, views.ts shows.
import * as z from 'zod/mini';
import {
  base64url,
  CallMode,
  CommitEnvelope,
  GroupPoint,
  Head,
  Incarnation,
  KeyPackage,
  LeaveReason,
  MessageId,
  PeerId,
  Placement,
  type Position,
  Stream,
  Streams,
  StreamSource,
  TagHash,
  Welcome,
} from '../protocol/index.ts';
import { RoomGroup } from './group-record.ts';

/** A node that does not know a record's schema does not serve the room (PROTOCOL J2). */
export const RECORD_SCHEMA = 5;

/** 12 random bytes: a signaling process from its start to its end. */
export const NodeName = base64url(12).brand<'NodeName'>();
export type NodeName = z.infer<typeof NodeName>;

export const RoomPeer = z.object({
  peerId: PeerId,
  /** Another by every join and resume, never used twice: whoever holds a former one is replaced. */
  session: z.int(),
  connected: z.boolean(),
  /** The process that holds, or last held, their socket. */
  node: NodeName,
  /** False: hides their network address from the others. */
  direct: z.boolean(),
  streams: Streams,
});
export type RoomPeer = Readonly<z.infer<typeof RoomPeer>>;

/** Which media node has the room, and on which of its workers. */
export const Home = z.object({ nodeId: z.string(), worker: z.int() });
export type Home = Readonly<z.infer<typeof Home>>;

export const RoomRecord = z.object({
  schema: z.int(),
  incarnation: Incarnation,
  version: z.int(),
  head: Head,
  /** Of all its events so far, as JSON: the same on every node, so that snapshots come by it. */
  logBytes: z.int(),
  /** The last one given, 0 before the first; never goes back. */
  placement: z.int(),
  home: z.nullable(Home),
  /** Where the room was until it moved; `awaited` are those who have yet to arrive at its home. */
  leaving: z.nullable(
    z.object({ placement: Placement, home: Home, awaited: z.readonly(z.array(PeerId)) }),
  ),
  mode: CallMode,
  /** Two of these peers who could not reach each other. No more than one pair ever can be here together. */
  failedPair: z.nullable(z.readonly(z.tuple([PeerId, PeerId]))),
  /** In the order of joining. */
  peers: z.readonly(z.array(RoomPeer)),
  group: z.nullable(RoomGroup),
  /** Who asks to be let into the group, in the order of asking; one a peer. */
  keyPackages: z.readonly(z.array(KeyPackage)),
});
export type RoomRecord = Readonly<z.infer<typeof RoomRecord>>;

export const Fact = z.discriminatedUnion('type', [
  z.object({ type: z.literal('peer-joined'), peer: RoomPeer }),
  z.object({ type: z.literal('peer-left'), peerId: PeerId, reason: LeaveReason }),
  z.object({ type: z.literal('peer-disconnected'), peerId: PeerId }),
  z.object({
    type: z.literal('peer-resumed'),
    peerId: PeerId,
    session: z.int(),
    node: NodeName,
  }),
  z.object({
    type: z.literal('stream-changed'),
    peerId: PeerId,
    source: StreamSource,
    stream: Stream,
  }),
  z.object({ type: z.literal('room-placed'), placement: Placement, home: Home }),
  z.object({ type: z.literal('peer-arrived'), peerId: PeerId }),
  z.object({ type: z.literal('direct-changed'), peerId: PeerId, direct: z.boolean() }),
  z.object({ type: z.literal('mode-changed'), mode: CallMode }),
  /** `home`: where it was, so that whoever hears of it can see to its end there. */
  z.object({ type: z.literal('media-lost'), placement: Placement, home: Home }),
  z.object({
    type: z.literal('group-created'),
    group: GroupPoint,
    by: PeerId,
    tagHash: TagHash,
  }),
  z.object({ type: z.literal('key-package'), keyPackage: KeyPackage }),
  z.object({
    type: z.literal('commit'),
    messageId: MessageId,
    by: PeerId,
    group: GroupPoint,
    tagHash: TagHash,
    envelope: CommitEnvelope,
    /** All of them: this is the only place where they are kept. */
    welcomes: z.readonly(z.array(Welcome)),
    atMs: z.int(),
  }),
  z.object({ type: z.literal('commit-reported'), messageId: MessageId, by: PeerId }),
  z.object({ type: z.literal('commit-condemned'), messageId: MessageId, author: PeerId }),
]);
export type Fact = Readonly<z.infer<typeof Fact>>;

/** A fact in its place: it follows the record whose head is `prev`, and makes `head` of it. */
export const RoomEvent = z.object({
  incarnation: Incarnation,
  version: z.int(),
  prev: Head,
  head: Head,
  fact: Fact,
});
export type RoomEvent = Readonly<z.infer<typeof RoomEvent>>;

export const bytesOf = (event: RoomEvent): number => Buffer.byteLength(JSON.stringify(event));

export const positionOf = (record: RoomRecord | RoomEvent): Position => ({
  incarnation: record.incarnation,
  version: record.version,
  head: record.head,
});

export const samePosition = (one: Position, other: Position): boolean =>
  one.incarnation === other.incarnation && one.version === other.version && one.head === other.head;

/** One stay of a room on a media node. */
export interface Place {
  readonly home: Home;
  readonly placement: number;
}

/** Where the room's media may be: its home, and where it moves from. */
export const placesOf = ({ home, placement, leaving }: RoomRecord): readonly Place[] => [
  ...(home === null ? [] : [{ home, placement }]),
  ...(leaving === null ? [] : [leaving]),
];

export const isPlacedAt = (record: RoomRecord, nodeId: string, placement: number): boolean =>
  placesOf(record).some(({ home, placement: at }) => home.nodeId === nodeId && at === placement);

export const findPeer = (record: RoomRecord | null, peerId: PeerId): RoomPeer | undefined =>
  record?.peers.find((peer) => peer.peerId === peerId);
