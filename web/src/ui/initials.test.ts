// Letters and colours for people without a picture.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hueOf, initials } from './initials.ts';

test.each([
  ['Ada', 'A'],
  ['ada lovelace', 'AL'],
  ['  Jean  Luc   Picard ', 'JP'],
  ['Łukasz Żak', 'ŁŻ'],
  ['李 小龍', '李小'],
  ['👩‍🚀 Sally', '👩‍🚀S'],
  ['— (guest)', 'G'],
  ["Gerard 't Hooft", 'GH'],
  ["Conan O'Brien", 'CO'],
  ['', ''],
])('%j is %j', (name, expected) => {
  expect(initials(name)).toBe(expected);
});

test('a hue is an angle, and the same for the same id', () => {
  fc.assert(
    fc.property(fc.string(), (id) => {
      expect(hueOf(id)).toBeGreaterThanOrEqual(0);
      expect(hueOf(id)).toBeLessThan(360);
      expect(hueOf(id)).toBe(hueOf(id));
    }),
  );
});
