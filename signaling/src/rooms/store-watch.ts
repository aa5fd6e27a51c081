// Whether the store can be reached, as this node finds it: by asking the one who knows, and by what fails.
// Told once when it goes and once when it is back, so that nothing has to be told for each attempt
// (PROTOCOL S3).
import type { Clock } from '../clock.ts';
import { hasCode } from '../errors.ts';

/** Longer: who waits for the store's return waits for longer. Shorter: more looks at a number. */
export const LOOK_EVERY_MS = 1_000;

export interface StoreWatchDeps {
  readonly clock: Clock;
  readonly isReady: () => boolean;
  readonly onAway: () => void;
  readonly onBack: () => void;
}

export class StoreWatch {
  readonly #deps: StoreWatchDeps;
  #isAway = false;
  #cancel: () => void = () => undefined;

  constructor(deps: StoreWatchDeps) {
    this.#deps = deps;
    this.#lookLater();
  }

  /** True from the first sign until the return has been told: who waits for that is told for certain. */
  isAway(): boolean {
    if (!this.#deps.isReady()) this.#leave();
    return this.#isAway;
  }

  /** Of a call that failed, for whatever reason. */
  noteFailure(error: unknown): void {
    if (hasCode(error, 'unavailable')) this.#leave();
  }

  close(): void {
    this.#cancel();
  }

  #leave(): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#deps.onAway();
  }

  #lookLater(): void {
    this.#cancel = this.#deps.clock.after(LOOK_EVERY_MS, () => {
      this.#lookLater();
      if (!this.#deps.isReady()) this.#leave();
      else if (this.#isAway) {
        this.#isAway = false;
        this.#deps.onBack();
      }
    });
  }
}
