import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REPLAY_WINDOW, type ReplayVerdict, ReplayWindow } from './replay-window.ts';

/** The window said plainly: a set of all counters, and the highest. */
class PlainWindow {
  readonly #seen = new Set<number>();

  accept(counter: number): ReplayVerdict {
    const highest = Math.max(-1, ...this.#seen);
    if (counter <= highest - REPLAY_WINDOW) return 'too-old';
    if (this.#seen.has(counter)) return 'duplicate';
    this.#seen.add(counter);
    return 'new';
  }
}

/** Steps around the window's edges, forward and back. */
const step = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.integer({ min: -REPLAY_WINDOW - 2, max: REPLAY_WINDOW + 2 }),
  fc.constantFrom(
    -REPLAY_WINDOW - 1,
    -REPLAY_WINDOW,
    -REPLAY_WINDOW + 1,
    REPLAY_WINDOW - 1,
    REPLAY_WINDOW,
    REPLAY_WINDOW + 1,
    5 * REPLAY_WINDOW,
  ),
);

describe('the replay window', () => {
  it('F17 answers as a set of all counters would, at any start', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 2 ** 20 }),
        fc.array(step, { maxLength: 60 }),
        (start, steps) => {
          const window = new ReplayWindow();
          const plain = new PlainWindow();
          let counter = start;
          for (const by of [0, ...steps]) {
            counter = Math.max(0, counter + by);
            const expected = plain.accept(counter);
            expect(window.look(counter)).toBe(expected);
            expect(window.accept(counter)).toBe(expected);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('F17 takes all of a shuffled window once, and none of it twice', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...Array(REPLAY_WINDOW).keys()], { minLength: REPLAY_WINDOW }),
        (counters) => {
          const window = new ReplayWindow();
          for (const counter of counters) expect(window.accept(counter)).toBe('new');
          for (const counter of counters) expect(window.accept(counter)).toBe('duplicate');
        },
      ),
      { numRuns: 5 },
    );
  });

  it('F18 is not changed by looking', () => {
    const window = new ReplayWindow();
    window.accept(10);
    expect(window.look(2 ** 31)).toBe('new');
    expect(window.look(2 ** 31)).toBe('new');
    expect(window.accept(11)).toBe('new');
    expect(window.accept(10)).toBe('duplicate');
  });
});
