// When somebody who talks while muted is told so.
import { expect, test } from 'vitest';
import { createMutedSpeech, type MutedSpeech } from './muted-speech.ts';

const STEP_MS = 100;

/** Ten levels a second from then on; the times at which the person was told. */
const told = (speech: MutedSpeech, fromMs: number, levels: readonly number[]): number[] =>
  levels.flatMap((level, index) => {
    const at = fromMs + index * STEP_MS;
    return speech.hear(level, at) ? [at] : [];
  });

const talk = Array.from({ length: 20 }, (_, index) => (index % 3 === 0 ? 0.2 : 0.6));

test('a few words tell, once', () => {
  expect(told(createMutedSpeech(), 0, [...talk, ...talk])).toHaveLength(1);
});

test('a quiet room and a single cough do not', () => {
  const cough = [0.1, 0.2, 0.9, 0.8, 0.7, 0.3, 0.1];
  const quiet = Array.from({ length: 100 }, () => 0.3);
  expect(told(createMutedSpeech(), 0, [...quiet, ...cough, ...quiet])).toEqual([]);
});

test('coughs that lie apart are not words', () => {
  const speech = createMutedSpeech();
  for (let second = 0; second < 60; second += 3)
    expect(told(speech, second * 1000, [0.9, 0.9, 0.9])).toEqual([]);
});

test('who goes on talking is told again after a minute, not before', () => {
  const speech = createMutedSpeech();
  expect(told(speech, 0, talk)).toHaveLength(1);
  expect(told(speech, 30_000, talk)).toEqual([]);
  expect(told(speech, 61_000, talk)).toHaveLength(1);
});

test('what was said before muting does not count', () => {
  const speech = createMutedSpeech();
  expect(told(speech, 0, talk.slice(0, 8))).toEqual([]);
  speech.forget();
  expect(told(speech, 800, talk.slice(0, 8))).toEqual([]);
});
