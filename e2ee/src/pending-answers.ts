// Questions to a worker that wait for their answers, by number. One that is not answered in time means
// that the worker is lost.
import type { FrameClock } from './frame-clock.ts';

interface Waiting<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
  readonly cancelTimeout: () => void;
}

export class PendingAnswers<Value> {
  readonly #clock: FrameClock;
  readonly #patienceMs: number;
  readonly #onSilence: () => void;
  readonly #waiting = new Map<number, Waiting<Value>>();

  constructor(clock: FrameClock, patienceMs: number, onSilence: () => void) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
    this.#onSilence = onSilence;
  }

  expect(id: number): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    const cancelTimeout = this.#clock.after(this.#patienceMs, this.#onSilence);
    this.#waiting.set(id, { resolve, reject, cancelTimeout });
    return promise;
  }

  /** An answer that nobody waits for is no error. */
  resolve(id: number, value: Value): void {
    this.#take(id)?.resolve(value);
  }

  reject(id: number, error: Error): void {
    this.#take(id)?.reject(error);
  }

  rejectAll(error: Error): void {
    for (const id of this.#waiting.keys()) this.reject(id, error);
  }

  #take(id: number): Waiting<Value> | undefined {
    const waiting = this.#waiting.get(id);
    waiting?.cancelTimeout();
    this.#waiting.delete(id);
    return waiting;
  }
}
