// That a page which its server has outgrown does not reload for ever.
import { expect, test } from 'vitest';
import { shouldReload } from './reload-once.ts';

test('a page that was opened reloads', () => {
  expect(shouldReload({ byReload: false, agoMs: 500 })).toBe(true);
});

test('a page that has just been reloaded does not', () => {
  expect(shouldReload({ byReload: true, agoMs: 30_000 })).toBe(false);
});

test('a page that was reloaded hours ago, by hand, does', () => {
  expect(shouldReload({ byReload: true, agoMs: 7_200_000 })).toBe(true);
});
