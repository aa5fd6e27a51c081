// Calls that went out and have no answer yet, each with its time limit.
import type { MediaError } from './protocol.ts';
import { unavailable } from './media-errors.ts';

interface Pending {
  readonly resolve: (data: unknown) => void;
  readonly reject: (error: MediaError) => void;
  readonly timer: NodeJS.Timeout;
}

export class PendingCalls {
  readonly #timeoutMs: number;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** `send` gets the new call's id. */
  add(send: (id: number) => void): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.settle(id, unavailable('the media node does not answer')),
        this.#timeoutMs,
      );
      this.#pending.set(id, { resolve, reject, timer });
      send(id);
    });
  }

  /** An answer to no call, or to one whose time was over, changes nothing. */
  settle(id: number, failure: MediaError | null, data?: unknown): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (failure === null) pending.resolve(data);
    else pending.reject(failure);
  }

  /** None of them is made again by itself: it may have been done. */
  failAll(why: string): void {
    for (const id of this.#pending.keys()) this.settle(id, unavailable(why));
  }
}
