// Everything that is said to and by the key worker (SPEC G39), which owns the group's keys. The page
// passes the server's words in and the group's words out; no key ever passes through the page.
import type { Bytes } from './group-bytes.ts';
import type { GroupErrorCode } from './group-errors.ts';
import type { GroupPoint } from './group-id.ts';
import type { OutsideEffect, SessionEvent } from './group-runner.ts';
import type { Trouble } from './group-session-types.ts';
import type { Member } from './mls-leaf.ts';
import type { WebMessagePort } from './web-types.ts';

/** Who one is, and the link that one came by. */
export type KeyIdentity = {
  readonly secret: string;
  readonly roomId: string;
  readonly peerId: string;
  readonly name: string;
};

/** What goes to the server, as its protocol has it. */
export type ServerBound = Extract<
  OutsideEffect,
  {
    type:
      | 'send-create'
      | 'send-key-package'
      | 'send-commit'
      | 'send-ready'
      | 'send-bad-commit'
      | 'ask-record';
  }
>;

/** The epoch that one is in. */
export type GroupEpoch = GroupPoint & { readonly leaf: number; readonly roster: readonly Member[] };

/** An application message that opened: from the member whose leaf signed it. */
export type OpenedMessage = {
  readonly sender: Member;
  readonly kind: number;
  readonly body: Bytes;
};

export type KeyWorkerRequest =
  | { readonly type: 'start'; readonly identity: KeyIdentity }
  /** The frame worker's end of a channel of their own; again when a lost one was replaced. */
  | { readonly type: 'connect-frames'; readonly port: WebMessagePort }
  | { readonly type: 'event'; readonly event: SessionEvent }
  /** `to`: empty for all. Answered by `sealed` or `refused`. */
  | {
      readonly type: 'seal';
      readonly request: number;
      readonly kind: number;
      readonly body: Bytes;
      readonly to: string;
    }
  | { readonly type: 'open'; readonly from: string; readonly to: string; readonly envelope: Bytes }
  /** Answered by `safety-code` or `refused`. */
  | { readonly type: 'safety-code'; readonly request: number }
  /** Leave, or a kick: forgets everything, for good. */
  | { readonly type: 'wipe' };

export type KeyWorkerNews =
  | { readonly type: 'to-server'; readonly message: ServerBound }
  | { readonly type: 'epoch'; readonly epoch: GroupEpoch }
  | { readonly type: 'message'; readonly message: OpenedMessage }
  | { readonly type: 'trouble'; readonly trouble: Trouble | null }
  /** One is in the room no more, says the server: everything is wiped, and nothing comes after this. */
  | { readonly type: 'ended' }
  | { readonly type: 'sealed'; readonly request: number; readonly envelope: Bytes }
  | {
      readonly type: 'safety-code';
      readonly request: number;
      readonly point: GroupPoint;
      readonly digits: readonly string[];
    }
  | { readonly type: 'refused'; readonly request: number; readonly code: GroupErrorCode };
