// What one worker says of itself when it is asked, look after look: how busy it is, and whether it answers.
import { addSample, cpuShare, type CpuSample } from './load.ts';

/**
 * A question that is not answered within so many looks: the worker hangs. Looks are counted and not time, of
 * which much may pass while this process itself was stopped. Three are 6 s: more, and people are without
 * sound for longer; fewer, and a machine that is short of time for a moment costs them their rooms.
 */
export const HANGS_AFTER_LOOKS = 3;

export interface WorkerUsageDeps {
  /** User and system time so far, in milliseconds. */
  readonly ask: () => Promise<number>;
  readonly onError: (error: unknown) => void;
}

export class WorkerUsage {
  readonly #deps: WorkerUsageDeps;
  #samples: readonly CpuSample[] = [];
  /** Since a question that waits; null while none does. */
  #looksSilent: number | null = null;

  constructor(deps: WorkerUsageDeps) {
    this.#deps = deps;
  }

  get cpu(): number {
    return cpuShare(this.#samples);
  }

  /** Every SAMPLE_INTERVAL_MS. Answers whether the worker hangs. */
  look(atMs: number): boolean {
    if (this.#looksSilent !== null) {
      this.#looksSilent += 1;
      return this.#looksSilent >= HANGS_AFTER_LOOKS;
    }
    this.#looksSilent = 0;
    this.#deps
      .ask()
      .then(
        (cpuMs) => void (this.#samples = addSample(this.#samples, { atMs, cpuMs })),
        this.#deps.onError,
      )
      .finally(() => void (this.#looksSilent = null))
      .catch(this.#deps.onError);
    return false;
  }
}
