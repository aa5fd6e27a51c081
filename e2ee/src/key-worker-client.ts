// The page's side of the key worker: passes the server's words in and the group's words out, and
// notices when the worker is gone. Whoever makes the Worker also terminates it.
import type { FrameClock } from './frame-clock.ts';
import type { Bytes } from './group-bytes.ts';
import { GroupError } from './group-errors.ts';
import type { GroupPoint } from './group-id.ts';
import type { SessionEvent } from './group-runner.ts';
import { PendingAnswers } from './pending-answers.ts';
import type { Trouble } from './group-session-types.ts';
import type {
  GroupEpoch,
  KeyIdentity,
  KeyWorkerNews,
  KeyWorkerRequest,
  OpenedMessage,
  ServerBound,
} from './key-worker-messages.ts';
import type { WebMessagePort } from './web-types.ts';

/**
 * Of one answer. A message may wait half a minute for its turn (SPEC G43), and behind a group of a
 * hundred that a slow phone joins: above that, nobody is there any more.
 */
export const KEY_WORKER_ANSWER_MS = 60_000;

export interface KeyWorkerHandle {
  postMessage(message: KeyWorkerRequest, transfer: WebMessagePort[]): void;
  addEventListener(
    type: 'message',
    listener: (event: { readonly data: KeyWorkerNews }) => void,
  ): void;
  addEventListener(type: 'error' | 'messageerror', listener: () => void): void;
}

export interface KeyWorkerListener {
  onToServer(message: ServerBound): void;
  onEpoch(epoch: GroupEpoch): void;
  onMessage(message: OpenedMessage): void;
  /** Null: one is in an epoch again. */
  onTrouble(trouble: Trouble | null): void;
  /** Once: the server says that one is in the room no more. The keys are wiped; join again for others. */
  onEnded(): void;
  /** Once: the worker is gone, and with it the keys. Join again with another. */
  onLost(): void;
}

export interface KeyWorkerClientDeps {
  readonly worker: KeyWorkerHandle;
  readonly identity: KeyIdentity;
  readonly clock: FrameClock;
  readonly listener: KeyWorkerListener;
}

export type SafetyCodeAnswer = { readonly point: GroupPoint; readonly digits: readonly string[] };

type Ended = 'closed' | 'worker-failed';

export class KeyWorkerClient {
  readonly #deps: KeyWorkerClientDeps;
  readonly #sealing: PendingAnswers<Bytes>;
  readonly #codes: PendingAnswers<SafetyCodeAnswer>;
  #nextRequest = 0;
  #ended: Ended | null = null;

  constructor(deps: KeyWorkerClientDeps) {
    this.#deps = deps;
    const onSilence = (): void => this.#lose();
    this.#sealing = new PendingAnswers(deps.clock, KEY_WORKER_ANSWER_MS, onSilence);
    this.#codes = new PendingAnswers(deps.clock, KEY_WORKER_ANSWER_MS, onSilence);
    deps.worker.addEventListener('message', ({ data }) => this.#onNews(data));
    deps.worker.addEventListener('error', () => this.#lose());
    deps.worker.addEventListener('messageerror', () => this.#lose());
    this.#post({ type: 'start', identity: deps.identity });
  }

  /** What the server tells of the group. */
  handle(event: SessionEvent): void {
    this.#post({ type: 'event', event });
  }

  /** The keys' end of the channel to the frame worker; again for the one that replaces a lost one. */
  connectFrames(port: WebMessagePort): void {
    this.#post({ type: 'connect-frames', port }, [port]);
  }

  /** The envelope for the server. `to`: a peer id, or empty for all. Rejects with a GroupError. */
  seal(kind: number, body: Bytes, to = ''): Promise<Bytes> {
    const request = this.#takeRequest();
    return this.#ask(this.#sealing, { type: 'seal', request, kind, body, to });
  }

  /** As the server names sender and recipient; what opens comes to `onMessage`. */
  open(from: string, to: string, envelope: Bytes): void {
    this.#post({ type: 'open', from, to, envelope });
  }

  /** Of the epoch that one is in: slow on purpose, so only when somebody looks. */
  safetyCode(): Promise<SafetyCodeAnswer> {
    return this.#ask(this.#codes, { type: 'safety-code', request: this.#takeRequest() });
  }

  /** Leave, or a kick: the worker forgets everything, and nothing is heard of it any more. */
  close(): void {
    this.#post({ type: 'wipe' });
    this.#end('closed');
  }

  #takeRequest(): number {
    this.#nextRequest += 1;
    return this.#nextRequest;
  }

  #post(message: KeyWorkerRequest, transfer: WebMessagePort[] = []): void {
    if (this.#ended === null) this.#deps.worker.postMessage(message, transfer);
  }

  #ask<Value>(
    pending: PendingAnswers<Value>,
    message: KeyWorkerRequest & { readonly request: number },
  ): Promise<Value> {
    if (this.#ended !== null) return Promise.reject(errorOf(this.#ended));
    const answer = pending.expect(message.request);
    this.#post(message);
    return answer;
  }

  #onNews(news: KeyWorkerNews): void {
    if (this.#ended !== null) return;
    const { listener } = this.#deps;
    switch (news.type) {
      case 'to-server':
        return listener.onToServer(news.message);
      case 'epoch':
        return listener.onEpoch(news.epoch);
      case 'message':
        return listener.onMessage(news.message);
      case 'trouble':
        return listener.onTrouble(news.trouble);
      case 'ended':
        this.#end('closed');
        return listener.onEnded();
      case 'sealed':
        return this.#sealing.resolve(news.request, news.envelope);
      case 'safety-code': {
        const { point, digits } = news;
        return this.#codes.resolve(news.request, { point, digits });
      }
      case 'refused': {
        const error = new GroupError(news.code, 'the key worker refused');
        this.#sealing.reject(news.request, error);
        return this.#codes.reject(news.request, error);
      }
    }
  }

  #lose(): void {
    if (this.#ended !== null) return;
    this.#end('worker-failed');
    this.#deps.listener.onLost();
  }

  #end(how: Ended): void {
    this.#ended ??= how;
    this.#sealing.rejectAll(errorOf(how));
    this.#codes.rejectAll(errorOf(how));
  }
}

const errorOf = (how: Ended): GroupError =>
  how === 'closed'
    ? new GroupError('closed', 'these keys are gone')
    : new GroupError('worker-failed', 'the key worker is gone');
