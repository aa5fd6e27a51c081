// Whether the store can be reached, as this node finds it: by asking the one who knows, and by what fails.
// Told once when it goes and once when it is back, so that nothing has to be told for each attempt
// (PROTOCOL S3).
import type { Clock } from '../clock.ts';
import { hasCode } from '../errors.ts';

/** Longer: who waits for the store's return waits for longer. Shorter: more looks at a number. */
export const LOOK_EVERY_MS = 1_000;

/** So often in a row it is found to answer. Fewer: one that answers now and then is back each time. */
const LOOKS_UNTIL_BACK = 3;

/** By then a store that answers is back. */
export const BACK_MS = LOOKS_UNTIL_BACK * LOOK_EVERY_MS;

export interface StoreWatchDeps {
  readonly clock: Clock;
  readonly isReady: () => boolean;
  readonly onAway: () => void;
  /** `awayMs`: for how long it was away. */
  readonly onBack: (awayMs: number) => void;
}

export class StoreWatch {
  readonly #deps: StoreWatchDeps;
  /** Null while it is there. */
  #awaySinceMs: number | null = null;
  #goodLooks = 0;
  #cancel: () => void = () => undefined;

  constructor(deps: StoreWatchDeps) {
    this.#deps = deps;
    this.#lookLater();
  }

  /** True from the first sign until the return has been told: who waits for that is told for certain. */
  isAway(): boolean {
    if (!this.#deps.isReady()) this.#leave();
    return this.#awaySinceMs !== null;
  }

  /** Of a call that failed, for whatever reason. */
  noteFailure(error: unknown): void {
    if (hasCode(error, 'unavailable')) this.#leave();
  }

  close(): void {
    this.#cancel();
  }

  #leave(): void {
    this.#goodLooks = 0;
    if (this.#awaySinceMs !== null) return;
    this.#awaySinceMs = this.#deps.clock.now();
    this.#deps.onAway();
  }

  #lookLater(): void {
    this.#cancel = this.#deps.clock.after(LOOK_EVERY_MS, () => {
      this.#lookLater();
      if (this.#deps.isReady()) this.#lookGood();
      else this.#leave();
    });
  }

  #lookGood(): void {
    if (this.#awaySinceMs === null) return;
    this.#goodLooks += 1;
    if (this.#goodLooks < LOOKS_UNTIL_BACK) return;
    const awayMs = this.#deps.clock.now() - this.#awaySinceMs;
    this.#awaySinceMs = null;
    this.#deps.onBack(awayMs);
  }
}
