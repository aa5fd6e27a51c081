import { expect, test } from 'vitest';
import { isDisplayName } from './display-name-text.ts';

test.each(['Ada', 'محمد', 'יעל', '👩‍🔬', 'A'.repeat(64), 'Zoë & Söhne'])(
  'G6 %j is a name',
  (name) => {
    expect(isDisplayName(name)).toBe(true);
  },
);

test.each([
  '',
  '   ',
  ' Ada',
  'Ada ',
  'a\u0000b',
  'a\nb',
  'a\u202eb',
  'a\u200fb',
  'a\u061cb',
  '\u200b',
  '\u3164',
  'é'.repeat(33),
])('G6 %j is none', (name) => {
  expect(isDisplayName(name)).toBe(false);
});
