// Time that passes when a test says so.
import type { Clock } from '../clock.ts';

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

export class FakeClock implements Clock {
  #now = 0;
  #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#now + ms, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Runs what is due on the way, in order, what is added meanwhile included. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.task();
    }
    this.#now = until;
  }

  /** When the next timer is due, from now; null when there is none. */
  get nextInMs(): number | null {
    const ats = this.#timers.map(({ at }) => at);
    return ats.length === 0 ? null : Math.min(...ats) - this.#now;
  }

  get pending(): number {
    return this.#timers.length;
  }
}
