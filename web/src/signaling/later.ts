// Something to do after a while: one at a time, later each time that it was in vain (backoff.ts).
import { backoffMs } from './backoff.ts';
import type { Cancel, Clock } from './clock.ts';

export interface LaterDeps {
  readonly clock: Clock;
  /** [0, 1) */
  readonly random: () => number;
}

export class Later {
  readonly #deps: LaterDeps;
  #attempt = 0;
  #cancel: Cancel | null = null;

  constructor(deps: LaterDeps) {
    this.#deps = deps;
  }

  /** What is to be done already stays to be done, and this is not. */
  do(task: () => void): void {
    if (this.#cancel !== null) return;
    const wait = backoffMs(this.#attempt, this.#deps.random);
    this.#attempt += 1;
    this.#doAfter(wait, task);
  }

  /** In place of what was to be done, whatever was in vain before; with 0 at once. */
  doAfter(ms: number, task: () => void): void {
    this.cancel();
    if (ms === 0) task();
    else this.#doAfter(ms, task);
  }

  /** It was not in vain. */
  succeed(): void {
    this.#attempt = 0;
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #doAfter(ms: number, task: () => void): void {
    this.#cancel = this.#deps.clock.after(ms, () => {
      this.#cancel = null;
      task();
    });
  }
}
