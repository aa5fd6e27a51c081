import { describe, expect, it } from 'vitest';
import { WATCH_START, watchSender } from './frame-watchdog.ts';

/** The verdicts over samples of [packets sent, frames sealed]. */
const verdicts = (...samples: readonly (readonly [number, number])[]) => {
  let state = WATCH_START;
  return samples.map(([bytesSent, framesSealed]) => {
    const watched = watchSender(state, { bytesSent, framesSealed });
    state = watched.state;
    return watched.verdict;
  });
};

describe('the watchdog', () => {
  it('F27 finds packets that nobody sealed, at the first sample', () => {
    expect(verdicts([1, 0])).toEqual(['leaking']);
    expect(verdicts([0, 0], [0, 0], [7, 0])).toEqual(['ok', 'ok', 'leaking']);
  });

  it('F27 finds a sender that left the worker in the middle of a call', () => {
    expect(verdicts([10, 9], [20, 9], [30, 9], [40, 9])).toEqual(['ok', 'ok', 'ok', 'leaking']);
  });

  it('F27 bears silence, late packets and frames in several packets', () => {
    expect(verdicts([0, 0], [10, 3], [15, 3], [15, 3], [16, 3], [40, 8])).not.toContain('leaking');
    expect(verdicts([0, 5], [0, 9], [12, 12], [12, 12])).not.toContain('leaking');
  });
});
