// What comes back from the device's storage, whatever is in it.
import { expect, test } from 'vitest';
import { readSettings, saveSettings } from './settings.ts';

const storageWith = (text: string | null): Storage => {
  let held = text;
  return {
    length: 1,
    clear: () => undefined,
    key: () => null,
    removeItem: () => undefined,
    getItem: () => held,
    setItem: (_key, value) => {
      held = value;
    },
  };
};

test('a saved name comes back', () => {
  const storage = storageWith(null);
  saveSettings({ name: 'Ada' }, () => storage);
  expect(readSettings(() => storage)).toEqual({ name: 'Ada' });
});

test.each([null, '{}', 'not json', '[]', '{"name":7}', '{"name":"  "}'])(
  'what cannot be read gives the defaults: %s',
  (text) => {
    expect(readSettings(() => storageWith(text))).toEqual({ name: '' });
  },
);

const forbidden = (): Storage => {
  throw new Error('denied');
};

test('forbidden storage is survived', () => {
  expect(readSettings(forbidden)).toEqual({ name: '' });
  expect(() => saveSettings({ name: 'Ada' }, forbidden)).not.toThrow();
});
