// What a name may be (PROTOCOL J1).
import { expect, it } from 'vitest';
import { DisplayName } from './common.ts';

it.each(['Ada', ' Ada ', 'محمد', 'יעל', '👩‍🔬', 'A'.repeat(64), 'Zoë & Söhne'])(
  'J1 takes %j',
  (name) => {
    expect(DisplayName.parse(name)).toBe(name.trim());
  },
);

it.each([
  '',
  '   ',
  'a\u0000b',
  'a\nb',
  'a\u202eb',
  'a\u200fb',
  'a\u061cb',
  '\u200b',
  '\u3164',
  'é'.repeat(33),
])('J1 refuses %j', (name) => {
  expect(DisplayName.safeParse(name).success).toBe(false);
});
