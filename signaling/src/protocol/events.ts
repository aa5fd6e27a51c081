// What the server tells without being asked. Record events are facts in the room's log and carry a
// version; signals are passing (levels, beats) and carry none.
import * as z from 'zod/mini';
import { CallMode } from './call-mode.ts';
import { AppMessage, Commit, GroupPoint, GroupView, KeyPackage, MessageId } from './group.ts';
import {
  Head,
  PeerId,
  Placement,
  Position,
  Stream,
  Streams,
  StreamSource,
  Version,
} from './common.ts';

/** A person in the room as the server knows them: names are the group's. */
export const PeerView = z.object({
  peerId: PeerId,
  connected: z.boolean(),
  /** May be connected to directly; false for somebody who hides their network address. */
  direct: z.boolean(),
  streams: Streams,
});
export type PeerView = z.infer<typeof PeerView>;

/**
 * The record as a client may see it; `placement` is null while no media node has the room. `leaving`: the
 * former placement, from which the room is moving.
 */
export const RoomView = z.object({
  position: Position,
  placement: z.nullable(Placement),
  leaving: z.nullable(Placement),
  mode: CallMode,
  peers: z.array(PeerView),
  group: z.nullable(GroupView),
  /** In the order of their coming. */
  keyPackages: z.array(KeyPackage),
});
export type RoomView = z.infer<typeof RoomView>;

export const LeaveReason = z.enum(['left', 'timeout']);
export type LeaveReason = z.infer<typeof LeaveReason>;

const recordEvent = <N extends string, D extends z.core.SomeType>(event: N, data: D) =>
  z.object({ event: z.literal(event), version: Version, head: Head, data });

/** Facts, in the order of the room's log (PROTOCOL V2). */
export const RecordEvent = z.discriminatedUnion('event', [
  recordEvent('peer-joined', z.object({ peer: PeerView })),
  recordEvent('peer-left', z.object({ peerId: PeerId, reason: LeaveReason })),
  recordEvent('peer-disconnected', z.object({ peerId: PeerId })),
  recordEvent('peer-resumed', z.object({ peerId: PeerId })),
  recordEvent('stream-changed', z.object({ peerId: PeerId, source: StreamSource, stream: Stream })),
  recordEvent('direct-changed', z.object({ peerId: PeerId, direct: z.boolean() })),
  recordEvent('mode-changed', z.object({ mode: CallMode })),
  /** Where there is a placement, the room moves: that one is left when everybody has arrived. */
  recordEvent('room-placed', z.object({ placement: Placement })),
  /** They have nothing to do with the placement that is being left any more. */
  recordEvent('peer-arrived', z.object({ peerId: PeerId })),
  /** The placement has ended and its producers with it: by a failure, or because the call went direct. */
  recordEvent('media-lost', z.object({ placement: Placement })),
  recordEvent('group-created', z.object({ group: GroupPoint, by: PeerId })),
  recordEvent('key-package', z.object({ keyPackage: KeyPackage })),
  recordEvent('commit', z.object({ commit: Commit })),
  /** Somebody cannot follow a commit that was taken. */
  recordEvent('commit-reported', z.object({ messageId: MessageId, by: PeerId })),
  /** So many cannot that the group is given up. */
  recordEvent('commit-condemned', z.object({ messageId: MessageId, author: PeerId })),
]);
export type RecordEvent = z.infer<typeof RecordEvent>;

const signal = <N extends string, D extends z.core.SomeType>(event: N, data: D) =>
  z.object({ event: z.literal(event), data });

/** Passing news, outside the log (PROTOCOL S1). */
export const Signal = z.discriminatedUnion('event', [
  signal('heartbeat', z.object({})),
  /** Loudest first; `volume` in dBov, -127 (silent) to 0. An empty list: nobody speaks. */
  signal(
    'audio-levels',
    z.object({ levels: z.array(z.object({ peerId: PeerId, volume: z.number() })) }),
  ),
  signal('room-reset', z.object({})),
  /** Everybody who is connected has the epoch's keys. */
  signal('epoch-ready', z.object({ group: GroupPoint })),
  signal('app-message', z.object({ message: AppMessage })),
]);
export type Signal = z.infer<typeof Signal>;

export const ServerEvent = z.union([RecordEvent, Signal]);
export type ServerEvent = z.infer<typeof ServerEvent>;
