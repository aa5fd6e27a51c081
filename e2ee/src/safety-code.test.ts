// The safety code: a known answer by node:crypto, and what changes it.
import { expect, test } from 'vitest';
import { safetyCode } from './safety-code.ts';

const authenticator = new Uint8Array(32).fill(0x5a);

test('G37 known answer', async () => {
  const code = await safetyCode(authenticator, 'AAAAAaChoqOkpaanqKmqqw');
  expect(code.join(' ')).toBe('73651 92177 31662 04845 23531 78639');
});

test('G37 another group or another epoch has another code', async () => {
  const code = await safetyCode(authenticator, 'AAAAAaChoqOkpaanqKmqqw');
  expect(await safetyCode(authenticator, 'AAAAAqChoqOkpaanqKmqqw')).not.toEqual(code);
  const next = new Uint8Array(32).fill(0x5b);
  expect(await safetyCode(next, 'AAAAAaChoqOkpaanqKmqqw')).not.toEqual(code);
});
