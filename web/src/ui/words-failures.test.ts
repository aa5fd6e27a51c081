import { expect, test } from 'vitest';
import { wordsOf } from './words-failures.ts';

test('a page without TLS does not blame the browser', () => {
  expect(wordsOf('unsupported-browser', false).text).toContain('https://');
  expect(wordsOf('unsupported-browser', true).text).not.toContain('https://');
});

test('without TLS, every other failure keeps its own words', () => {
  expect(wordsOf('room-full', false)).toEqual(wordsOf('room-full', true));
});
