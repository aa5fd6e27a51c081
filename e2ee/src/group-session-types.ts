// What the group session knows, hears and asks for (SPEC G24–G36). All of it is plain data: the session
// itself (group-session.ts) is a pure function over these.
import type { EpochsState } from './group-epochs.ts';
import type { Bytes } from './group-bytes.ts';
import type { GroupPoint } from './group-id.ts';
import type { Member } from './mls-leaf.ts';
import type { EpochFacts } from './mls-membership.ts';

export type KeyPackageFact = {
  readonly peerId: string;
  readonly messageId: string;
  readonly envelope: Bytes;
};

export type CommitFact = {
  readonly messageId: string;
  readonly by: string;
  /** The epoch that it ends. */
  readonly group: GroupPoint;
  /** Of the tag of the epoch that it begins. */
  readonly tagHash: string;
  readonly envelope: Bytes;
  /** Everybody who is welcomed, and the envelope where that is oneself. */
  readonly welcomed: readonly string[];
  readonly welcome?: Bytes;
};

/** `members`: who the server takes for one: the creator and the welcomed, unless they left or sent garbage. */
export type RecordGroup = GroupPoint & { readonly members: readonly string[] };

export type RoomView = {
  readonly group: RecordGroup | null;
  /** Everybody in the room, oneself included, and whether they are connected. */
  readonly peers: ReadonlyMap<string, boolean>;
  /** In order of arrival; a peer's newest replaces its older ones. */
  readonly keyPackages: readonly KeyPackageFact[];
};

/** What the server answers to what one sent: `lost` where no answer came. */
export type RefusalCode = 'stale' | 'rate' | 'denied' | 'lost';

export type MadeMessage = {
  readonly messageId: string;
  readonly group: GroupPoint;
  readonly tagHash: string;
  readonly envelope: Bytes;
  readonly welcomes: readonly { readonly to: string; readonly envelope: Bytes }[];
};

/** Work with keys: one at a time, each ends in one result. */
export type Work =
  | { readonly kind: 'draft'; readonly generation: number }
  | { readonly kind: 'adopt'; readonly groupId: string }
  | { readonly kind: 'key-package'; readonly group: GroupPoint }
  | { readonly kind: 'join'; readonly commit: CommitFact; readonly welcome: Bytes }
  | {
      readonly kind: 'commit';
      readonly group: GroupPoint;
      readonly adds: readonly KeyPackageFact[];
      readonly removes: readonly string[];
    }
  | { readonly kind: 'merge'; readonly commit: CommitFact }
  | { readonly kind: 'accept'; readonly commit: CommitFact };

/** A group of one's own that the record does not name yet, and the tag of its first epoch. */
export type Draft = { readonly groupId: string; readonly tag: string };

export type WorkResult =
  | { readonly kind: 'drafted'; readonly draft: Draft }
  | { readonly kind: 'key-package'; readonly messageId: string; readonly envelope: Bytes }
  | { readonly kind: 'epoch'; readonly epoch: EpochFacts; readonly removed: boolean }
  | {
      readonly kind: 'commit';
      readonly message: MadeMessage;
      /** Message ids of key packages that are of no use. */
      readonly refused: readonly string[];
    }
  | { readonly kind: 'removed' }
  | { readonly kind: 'failed'; readonly code: string; readonly refused?: readonly string[] };

/** What happened, and when: `now` in milliseconds of a clock that never goes back. */
export type SessionInput = { readonly now: number } & (
  | { readonly type: 'record'; readonly room: RoomView; readonly commits: readonly CommitFact[] }
  | { readonly type: 'group-created'; readonly group: GroupPoint; readonly by: string }
  | { readonly type: 'key-package'; readonly keyPackage: KeyPackageFact }
  | { readonly type: 'commit'; readonly commit: CommitFact }
  | { readonly type: 'commit-condemned'; readonly messageId: string; readonly author: string }
  | { readonly type: 'epoch-ready'; readonly group: GroupPoint }
  | { readonly type: 'peer-connected'; readonly peerId: string }
  | { readonly type: 'peer-disconnected'; readonly peerId: string }
  | { readonly type: 'peer-left'; readonly peerId: string; readonly kicked: boolean }
  | { readonly type: 'refused'; readonly messageId: string; readonly code: RefusalCode }
  /** `count`: of one's own, in this epoch so far. */
  | { readonly type: 'messages-sent'; readonly count: number }
  /** One's own frames need keys of an epoch that begins after now (SPEC G41). */
  | { readonly type: 'update-wanted' }
  | { readonly type: 'worked'; readonly result: WorkResult }
  | { readonly type: 'time' }
);

export type Trouble = 'no-welcome' | 'cannot-follow' | 'put-out';

export type SessionEffect =
  | { readonly type: 'work'; readonly work: Work }
  /** `tag`: of the epoch that one names; who does not know it is no member (SPEC G24, G36). */
  | {
      readonly type: 'send-create';
      readonly group: GroupPoint;
      readonly prev: GroupPoint | null;
      readonly tag: string;
    }
  | { readonly type: 'send-key-package'; readonly messageId: string; readonly envelope: Bytes }
  | { readonly type: 'send-commit'; readonly message: MadeMessage }
  | { readonly type: 'send-ready'; readonly group: GroupPoint; readonly tag: string }
  | { readonly type: 'send-bad-commit'; readonly messageId: string }
  /** What one knows of the record cannot be so: a `record` input, please. */
  | { readonly type: 'ask-record' }
  /** Keys to receive with, and who is in the group now. */
  | { readonly type: 'install'; readonly epoch: EpochFacts }
  | { readonly type: 'switch'; readonly group: GroupPoint }
  | { readonly type: 'wipe'; readonly group: GroupPoint }
  | { readonly type: 'wipe-all' }
  | { readonly type: 'tell'; readonly trouble: Trouble }
  /** Replaces the one timer; null ends it. */
  | { readonly type: 'set-timer'; readonly at: number | null };

export type Place = {
  readonly point: GroupPoint;
  readonly tag: string;
  readonly leaf: number;
  readonly roster: readonly Member[];
};

export type Phase =
  | { readonly name: 'init' }
  | {
      readonly name: 'creating';
      readonly prev: GroupPoint | null;
      readonly draft?: Draft;
      /** No answer: the same again. Beaten by a group that one was not told of: the record anew. */
      readonly retry?: { readonly at: number; readonly what: 'create' | 'record' };
    }
  | { readonly name: 'key-package'; readonly tries: number }
  | {
      readonly name: 'welcome';
      readonly tries: number;
      readonly messageId: string;
      readonly envelope: Bytes;
      readonly until: number;
    }
  | ({ readonly name: 'member'; readonly wishSince: number | null } & Place)
  | ({
      readonly name: 'committing';
      /** Undefined while it is being made. */
      readonly message?: MadeMessage;
      /** When to send it again or, `beaten` by a commit that never came, to give up. */
      readonly resendAt: number | null;
      readonly beaten?: true;
      /** How often it was sent again without a word. */
      readonly silent?: number;
    } & Place)
  | ({
      readonly name: 'stuck';
      readonly messageId: string;
      readonly author: string;
      readonly until: number;
      readonly condemnedAt: number | null;
    } & Place)
  | { readonly name: 'rejoin'; readonly at: number }
  | { readonly name: 'over' };

export type SessionState = {
  readonly self: string;
  /** 0 ≤ jitter < 1, one for the session: spreads what all would do at once. */
  readonly jitter: number;
  readonly room: RoomView | null;
  readonly phase: Phase;
  readonly working: Work | null;
  /** Accepted commits that are not applied yet, and those that welcome oneself. */
  readonly log: readonly CommitFact[];
  readonly epochs: EpochsState;
  /** Authors of garbage, until when their key packages are passed over. */
  readonly ignored: ReadonlyMap<string, number>;
  /** Message ids of key packages that were of no use. */
  readonly refused: ReadonlySet<string>;
  readonly lastRejoinAt: number;
  /** When the record took commits, of the last 10 s and the last one. */
  readonly commitTimes: readonly number[];
  /** When one's own leaf or path was last new. */
  readonly lastPathAt: number;
  readonly updateNow: boolean;
  /** From when on one may name one's group to the record again; null once it was asked. */
  readonly nameAgainAt: number | null;
  readonly deniedUntil: number;
  readonly timerAt: number | null;
};

export type SessionStep = {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
};
