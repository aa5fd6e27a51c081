// The part of the record that orders a group's keys (PROTOCOL K1–K6): which group, at which epoch, who
// is inside, and what the rules about rates and bad commits have to remember. It reads no envelope.
import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import {
  type EpochTag,
  GroupId,
  type GroupPoint,
  type KeyPackage,
  MessageId,
  PeerId,
  TagHash,
} from '../protocol/index.ts';

/** A commit that was taken, for as long as it may be sent again, counted or reported. */
export const RecentCommit = z.object({
  messageId: MessageId,
  author: PeerId,
  /** By the clock of the node that took it. */
  atMs: z.int(),
  /** It let somebody in who had asked. */
  hasWelcomes: z.boolean(),
  /** Members who said that they cannot follow it. */
  reports: z.readonly(z.array(PeerId)),
  condemned: z.boolean(),
});
export type RecentCommit = Readonly<z.infer<typeof RecentCommit>>;

export const RoomGroup = z.object({
  groupId: GroupId,
  epoch: z.int(),
  /** Who made or named the group, or was welcomed into it, unless they left or were condemned. */
  members: z.readonly(z.array(PeerId)),
  /** Of this epoch, by whoever began or first named it: who knows the tag of it has the keys. */
  tagHash: TagHash,
  /** Oldest first. */
  recent: z.readonly(z.array(RecentCommit)),
  /** One of its commits was condemned: any member may put another group in its place. */
  givenUp: z.boolean(),
  /** Authors of such commits, the latest last: they may not name this group again. */
  condemned: z.readonly(z.array(PeerId)),
});
export type RoomGroup = Readonly<z.infer<typeof RoomGroup>>;

export const COMMIT_MINUTE_MS = 60_000;

/** Commits kept beyond their minute: a report may come late in a quiet room. */
const RECENT_KEPT = 16;

/**
 * Commits kept at most: above what the rates let through in a minute (72), so that it bounds the
 * record only when nodes' clocks disagree.
 */
export const RECENT_MOST = 96;

/**
 * Whether `atMs` is within so many milliseconds of now. On either side: a clock that was set back must
 * not count what it did before for hours.
 */
export const isWithin = (atMs: number, nowMs: number, windowMs: number): boolean =>
  Math.abs(nowMs - atMs) < windowMs;

/** What is still needed of these commits at a time. */
export const stillRecent = (
  recent: readonly RecentCommit[],
  nowMs: number,
): readonly RecentCommit[] =>
  recent
    .filter(
      ({ atMs }, index) =>
        index >= recent.length - RECENT_KEPT || isWithin(atMs, nowMs, COMMIT_MINUTE_MS),
    )
    .slice(-RECENT_MOST);

export const samePoint = (one: GroupPoint | null, other: GroupPoint | null): boolean =>
  one?.groupId === other?.groupId && one?.epoch === other?.epoch;

const TAG_HASH_BYTES = 8;

/** What a commit says of its tag, for a tag that is told to the server alone. */
export const tagHashOf = (tag: EpochTag): TagHash =>
  createHash('sha256')
    .update(Buffer.from(tag, 'base64url'))
    .digest()
    .subarray(0, TAG_HASH_BYTES)
    .toString('base64url');

/** The first four bytes of the id. */
export const generationOf = (groupId: GroupId): number =>
  Buffer.from(groupId, 'base64url').readUInt32BE(0);

/** What of a record the following look at. */
interface GroupRoom {
  readonly group: RoomGroup | null;
  readonly peers: readonly { readonly peerId: PeerId; readonly connected: boolean }[];
  readonly keyPackages: readonly KeyPackage[];
}

export const connectedMembers = ({ group, peers }: GroupRoom): readonly PeerId[] => {
  const members = new Set(group?.members);
  return peers
    .filter(({ peerId, connected }) => connected && members.has(peerId))
    .map(({ peerId }) => peerId);
};

/** Members who are connected and do not ask to be let in: who has the keys, as far as one can see. */
export const insiders = (room: GroupRoom): readonly PeerId[] => {
  const asking = new Set(room.keyPackages.map(({ peerId }) => peerId));
  return connectedMembers(room).filter((peerId) => !asking.has(peerId));
};
