// What the server orders of a group's keys and cannot read (PROTOCOL K1–K9): sealed envelopes, and
// beside each what ordering takes in the clear.
import * as z from 'zod/mini';
import { base64url, LIMITS, PeerId } from './common.ts';

/** Bytes as base64url, at most so many characters of it. */
const envelope = (most: number) =>
  z.string().check(z.minLength(1), z.maxLength(most), z.regex(/^[A-Za-z0-9_-]+$/));

/** generation (u32) | 12 random bytes, base64url. */
export const GroupId = base64url(16).brand<'GroupId'>();
export type GroupId = z.infer<typeof GroupId>;

export const Epoch = z.int().check(z.gte(0));

export const GroupPoint = z.object({ groupId: GroupId, epoch: Epoch });
export type GroupPoint = z.infer<typeof GroupPoint>;

/** 12 random bytes, base64url; names one key package or commit for ever. */
export const MessageId = base64url(12).brand<'MessageId'>();
export type MessageId = z.infer<typeof MessageId>;

/** The first 8 bytes of a hash of the epoch's authenticator, base64url: equal where the keys are. */
export const EpochTag = base64url(8);
export type EpochTag = z.infer<typeof EpochTag>;

/** The first 8 bytes of SHA-256 over a tag's 8, base64url: all may hear it, and it gives no tag away. */
export const TagHash = EpochTag;
export type TagHash = EpochTag;

export const KeyPackageEnvelope = envelope(LIMITS.keyPackageChars);
export const CommitEnvelope = envelope(LIMITS.messageBytes);
export const AppEnvelope = envelope(LIMITS.appMessageChars);

/** Somebody asks to be let into the group; a peer's newest replaces its older ones. */
export const KeyPackage = z.object({
  peerId: PeerId,
  messageId: MessageId,
  envelope: KeyPackageEnvelope,
});
export type KeyPackage = z.infer<typeof KeyPackage>;

/** `members`: who made or named the group or was welcomed into it, unless they left or were condemned. */
export const GroupView = z.object({
  groupId: GroupId,
  epoch: Epoch,
  members: z.array(PeerId),
});
export type GroupView = z.infer<typeof GroupView>;

export const Welcome = z.object({ to: PeerId, envelope: CommitEnvelope });
export type Welcome = z.infer<typeof Welcome>;

/** A commit as one peer may see it: of the welcomes only its own. */
export const Commit = z.object({
  messageId: MessageId,
  by: PeerId,
  /** The epoch that it ends. */
  group: GroupPoint,
  /** Of the epoch that it begins. */
  tagHash: TagHash,
  envelope: CommitEnvelope,
  welcomed: z.array(PeerId),
  welcome: z.optional(CommitEnvelope),
});
export type Commit = z.infer<typeof Commit>;

/** `seq` rises within a room's ring, with gaps where a message was for somebody else. */
export const AppMessage = z.object({
  seq: z.int().check(z.gte(1)),
  from: PeerId,
  /** Absent: for all. */
  to: z.optional(PeerId),
  envelope: AppEnvelope,
});
export type AppMessage = z.infer<typeof AppMessage>;
