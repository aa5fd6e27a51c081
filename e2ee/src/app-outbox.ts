// One's own application messages on their way out (SPEC G43): one at a time, in order, no faster than
// the server takes them from one peer, and never so many in an epoch that receivers lose track.
import type { FrameClock } from './frame-clock.ts';
import type { Bytes } from './group-bytes.ts';
import { GroupError, type GroupErrorCode } from './group-errors.ts';

/** Raising it makes the server refuse what was sealed already; a message that is lost so is lost. */
export const MESSAGES_PER_SECOND = 5;
/** So many at once after a silence: a call's set-up to somebody new takes several. */
export const MESSAGE_BURST = 10;
/** Twelve seconds of messages: whoever has more to say is told so. */
export const MAX_MESSAGES_WAITING = 64;
/** A commit's trip, and time to lose one to somebody else's. */
export const NEXT_EPOCH_MS = 5000;

export type OutMessage = {
  readonly request: number;
  readonly kind: number;
  readonly body: Bytes;
  /** Empty: for all. */
  readonly to: string;
};

export interface AppOutboxDeps {
  readonly clock: FrameClock;
  /** Rejects with a GroupError; `commit-now` where the epoch has had enough of one's messages. */
  readonly seal: (message: OutMessage) => Promise<Bytes>;
  readonly onSealed: (request: number, envelope: Bytes) => void;
  readonly onRefused: (request: number, code: GroupErrorCode) => void;
  readonly onEpochNeeded: () => void;
  /** Anything else than a GroupError. */
  readonly onFailed: () => void;
}

export class AppOutbox {
  readonly #deps: AppOutboxDeps;
  readonly #waiting: OutMessage[] = [];
  #allowance = MESSAGE_BURST;
  #countedAt: number;
  #busy = false;
  /** Ends the wait for the next turn, or for the next epoch. */
  #cancelWait: (() => void) | null = null;
  #awaitsEpoch = false;
  #closed = false;

  constructor(deps: AppOutboxDeps) {
    this.#deps = deps;
    this.#countedAt = deps.clock.now();
  }

  add(message: OutMessage): void {
    const { onRefused } = this.#deps;
    if (this.#closed) return onRefused(message.request, 'closed');
    if (this.#waiting.length >= MAX_MESSAGES_WAITING) return onRefused(message.request, 'rate');
    this.#waiting.push(message);
    this.#run();
  }

  /** One may speak again. */
  epochBegan(): void {
    if (!this.#awaitsEpoch) return;
    this.#stopWaiting();
    this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#stopWaiting();
    this.#refuseAll('closed');
  }

  #run(): void {
    if (this.#closed || this.#busy || this.#cancelWait !== null) return;
    const [next] = this.#waiting;
    if (next === undefined) return;
    const waitMs = this.#untilAllowed();
    if (waitMs > 0) return this.#wait(waitMs, () => this.#run());
    this.#busy = true;
    this.#take(next).catch(() => this.#deps.onFailed());
  }

  async #take(message: OutMessage): Promise<void> {
    await this.#send(message);
    this.#busy = false;
    this.#run();
  }

  async #send(message: OutMessage): Promise<void> {
    try {
      const envelope = await this.#deps.seal(message);
      // Closed meanwhile: it was refused with all others.
      if (this.#closed) return;
      this.#waiting.shift();
      this.#allowance -= 1;
      this.#deps.onSealed(message.request, envelope);
    } catch (error) {
      if (!(error instanceof GroupError)) throw error;
      if (this.#closed) return;
      if (error.code === 'commit-now') return this.#awaitEpoch();
      this.#waiting.shift();
      this.#deps.onRefused(message.request, error.code);
    }
  }

  #awaitEpoch(): void {
    this.#wait(NEXT_EPOCH_MS, () => this.#refuseAll('commit-now'));
    this.#awaitsEpoch = true;
    this.#deps.onEpochNeeded();
  }

  /** Milliseconds until the next message may go; 0: now. */
  #untilAllowed(): number {
    const now = this.#deps.clock.now();
    const earned = ((now - this.#countedAt) * MESSAGES_PER_SECOND) / 1000;
    this.#allowance = Math.min(MESSAGE_BURST, this.#allowance + earned);
    this.#countedAt = now;
    if (this.#allowance >= 1) return 0;
    return Math.ceil(((1 - this.#allowance) * 1000) / MESSAGES_PER_SECOND);
  }

  #wait(ms: number, then: () => void): void {
    this.#cancelWait = this.#deps.clock.after(ms, () => {
      this.#stopWaiting();
      then();
    });
  }

  #stopWaiting(): void {
    this.#cancelWait?.();
    this.#cancelWait = null;
    this.#awaitsEpoch = false;
  }

  #refuseAll(code: GroupErrorCode): void {
    for (const { request } of this.#waiting.splice(0)) this.#deps.onRefused(request, code);
  }
}
