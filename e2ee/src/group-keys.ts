// The group's keys as the rest of the client sees them (SPEC G7–G23): one identity, at most one group,
// one call at a time. Everything about MLS is behind it, in a worker of its own; nothing is stored.
import type { Bytes } from './group-bytes.ts';
import type { GroupPoint } from './group-id.ts';
import type { Addition, CommitLimits, CommitWish } from './mls-commit-choice.ts';
import type { WelcomeFor } from './mls-commit.ts';
import type { EpochFacts } from './mls-membership.ts';
import type { AppMessage } from './mls-messages.ts';

export type PreparedCommit = {
  readonly commit: Bytes;
  readonly welcomes: readonly WelcomeFor[];
  /** The tag of the epoch that it leads to. */
  readonly tag: string;
  readonly refused: readonly Addition[];
  readonly deferred: readonly Addition[];
};

export type NextEpoch = {
  readonly kind: 'member';
  readonly epoch: EpochFacts;
  /** Whether somebody went. */
  readonly removed: boolean;
};

export type AcceptedCommit = NextEpoch | { readonly kind: 'removed' };

export type SealedMessage = {
  readonly bytes: Bytes;
  /** The epoch that it is of. */
  readonly point: GroupPoint;
  /** Application messages of this epoch so far; at UPDATE_AFTER_MESSAGES commit an update. */
  readonly sent: number;
};

export type SafetyCode = { readonly point: GroupPoint; readonly digits: readonly string[] };

/** All calls queue behind each other; each either does its work or throws a GroupError and changes nothing. */
export interface GroupKeys {
  /** For the record, under K_env. The last three are kept until a welcome for one of them opens. */
  makeKeyPackage(nowMs: number): Promise<Bytes>;
  /** A group of one, beside the one that one is in: used only if the server takes it. Gives its tag. */
  draftGroup(groupId: string, nowMs: number): Promise<string>;
  adoptDraft(groupId: string): Promise<EpochFacts>;
  join(welcome: Uint8Array, expected: GroupPoint): Promise<EpochFacts>;
  /** Once in an epoch: from then on the same bytes are sent again, or none (`commit-made`). */
  makeCommit(wish: CommitWish, limits: CommitLimits): Promise<PreparedCommit>;
  mergeCommit(): Promise<NextEpoch>;
  dropCommit(): Promise<void>;
  /** `by`: its sender's peer id, as the record has it. */
  acceptCommit(commit: Uint8Array, by: string): Promise<AcceptedCommit>;
  sealMessage(kind: number, body: Uint8Array): Promise<SealedMessage>;
  openMessage(message: Uint8Array): Promise<AppMessage>;
  forgetEpoch(point: GroupPoint): Promise<void>;
  safetyCode(): Promise<SafetyCode>;
  /** Wipes everything; every later call throws `closed`. */
  close(): void;
}

export type GroupKeysDeps = {
  readonly peerId: string;
  readonly name: string;
  /** K_psk, copied. */
  readonly psk: Uint8Array;
};
