// The counter of one derived key. It goes up before anything is awaited and is never given back: a
// counter used twice under one key would repeat a GCM nonce (NIST SP 800-38D §8).
import { FrameError } from './errors.ts';

export interface CounterLimits {
  /** From here on the group is asked for a new epoch. */
  readonly rotateAt: number;
  /** Frames under one key; then nothing more is sealed. */
  readonly stopAt: number;
}

/** 2^24 frames are two days of video at 100 a second; 2^32 are what receivers accept. */
export const COUNTER_LIMITS: CounterLimits = { rotateAt: 2 ** 24, stopAt: 2 ** 32 };

export class FrameCounter {
  readonly #limits: CounterLimits;
  #next = 0;

  constructor(limits: CounterLimits = COUNTER_LIMITS) {
    this.#limits = limits;
  }

  /** Each number once. Throws FrameError `counter-exhausted`. */
  take(): number {
    if (this.#next >= this.#limits.stopAt) {
      throw new FrameError('counter-exhausted', 'this key has sealed all that it may');
    }
    const counter = this.#next;
    this.#next += 1;
    return counter;
  }

  get isRotationDue(): boolean {
    return this.#next >= this.#limits.rotateAt;
  }
}
