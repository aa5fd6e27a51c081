// Time for a room that runs in one process: stepped, it stands still while anything is under way and
// then jumps to whatever is due next, so that half a minute's patience costs nothing; or the real one.
import type { FrameClock } from '../../../e2ee/src/frame-clock.ts';

/** The clock of servers, clients and key workers alike. */
export interface TestTime extends FrameClock {
  /** Something happened: what follows from it comes first. */
  touch(): void;
  /** Time stands still until the answer is called; a second call does nothing. */
  hold(): () => void;
  /** Until nothing is under way. */
  settle(): Promise<void>;
  pass(ms: number): Promise<void>;
  /** Rejects when it never came. */
  until(what: () => boolean, ms?: number): Promise<void>;
}

/** Lets time go by until the answer is there. */
export const during = async <Value>(time: TestTime, answer: Promise<Value>): Promise<Value> => {
  let settled = false;
  const watch = async (): Promise<Value> => {
    try {
      return await answer;
    } finally {
      settled = true;
    }
  };
  const [value] = await Promise.all([watch(), time.until(() => settled)]);
  return value;
};

interface Alarm {
  readonly atMs: number;
  readonly task: () => void;
}

/** Turns of the event loop without a sign of life: sockets, ports and WebCrypto need a few. */
const STILL_TURNS = 4;
const PATIENCE_MS = 120_000;

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

export class SteppedTime implements TestTime {
  #nowMs = Date.now();
  #signs = 0;
  #holds = 0;
  readonly #alarms = new Set<Alarm>();

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, task: () => void): () => void {
    // Servers put times into the record, as whole milliseconds.
    const alarm = { atMs: this.#nowMs + Math.ceil(Math.max(0, ms)), task };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  touch(): void {
    this.#signs += 1;
  }

  hold(): () => void {
    let held = true;
    this.#holds += 1;
    return () => {
      if (held) this.#holds -= 1;
      held = false;
      this.touch();
    };
  }

  async settle(): Promise<void> {
    for (let still = 0; still < STILL_TURNS; still += 1) {
      const before = this.#signs;
      await turn();
      if (this.#holds > 0 || this.#signs !== before) still = -1;
    }
  }

  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await this.settle();
    while (this.#nowMs < endMs) {
      this.#jump(endMs);
      await this.settle();
    }
  }

  async until(what: () => boolean, ms = PATIENCE_MS): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      if (what()) return;
      await this.settle();
      if (what()) return;
      if (this.#nowMs >= endMs) throw new Error(`it never came, in ${ms} ms`);
      this.#jump(endMs);
    }
  }

  /** To the next alarm, or to the end; runs what is due there. */
  #jump(endMs: number): void {
    const next = Math.min(endMs, ...[...this.#alarms].map(({ atMs }) => atMs));
    this.#nowMs = Math.max(this.#nowMs, next);
    for (const alarm of this.#alarms) {
      if (alarm.atMs > this.#nowMs) continue;
      this.#alarms.delete(alarm);
      alarm.task();
    }
  }
}

const POLL_MS = 20;

export class RealTime implements TestTime {
  now(): number {
    return Date.now();
  }

  after(ms: number, task: () => void): () => void {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  }

  touch(): void {}

  hold(): () => void {
    return () => undefined;
  }

  async settle(): Promise<void> {
    await turn();
  }

  pass(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  async until(what: () => boolean, ms = PATIENCE_MS): Promise<void> {
    const endMs = this.now() + ms;
    while (!what()) {
      if (this.now() >= endMs) throw new Error(`it never came, in ${ms} ms`);
      await this.pass(POLL_MS);
    }
  }
}
