import { effect } from '@preact/signals';
import { RoomId } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import type { Arrival } from './address-bar.ts';
import { keepArrivals, openLinkSecrets } from './link-secrets.ts';

const roomId = RoomId.parse('r'.repeat(24));
const secret = 'A'.repeat(43);
const other = `${'B'.repeat(42)}A`;
const KEY = `sotto.link.${roomId}`;

const refuse = (): never => {
  throw new DOMException('no', 'SecurityError');
};

const fakeStorage = (refused: Partial<Storage> = {}): Storage => {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    getItem: (key) => items.get(key) ?? null,
    key: (index) => [...items.keys()][index] ?? null,
    removeItem: (key) => void items.delete(key),
    setItem: (key, value) => void items.set(key, value),
    ...refused,
  };
};

test('G1 a secret outlives a reload, by the tab’s storage', () => {
  const storage = fakeStorage();
  openLinkSecrets(() => storage).keep(roomId, secret);
  expect(storage.getItem(KEY)).toBe(secret);
  expect(openLinkSecrets(() => storage).secretOf(roomId)).toBe(secret);
});

test('G1 after leaving it is in memory alone, also if it came from the storage', () => {
  const storage = fakeStorage();
  storage.setItem(KEY, secret);
  const secrets = openLinkSecrets(() => storage);
  secrets.unstore(roomId);
  expect(storage.length).toBe(0);
  expect(secrets.secretOf(roomId)).toBe(secret);
  expect(openLinkSecrets(() => storage).secretOf(roomId)).toBe(null);
});

test.each([
  ['is missing', refuse],
  ['throws', () => fakeStorage({ getItem: refuse, setItem: refuse, removeItem: refuse })],
])('G1 memory has to do where the storage %s', (_what, storage) => {
  const secrets = openLinkSecrets(storage);
  expect(secrets.secretOf(roomId)).toBe(null);
  secrets.keep(roomId, secret);
  secrets.unstore(roomId);
  expect(secrets.secretOf(roomId)).toBe(secret);
});

test.each(['', secret.slice(1), `${'A'.repeat(42)}B`, `${secret}=`])(
  'G1 %j in the storage is no secret',
  (text) => {
    const storage = fakeStorage();
    storage.setItem(KEY, text);
    expect(openLinkSecrets(() => storage).secretOf(roomId)).toBe(null);
  },
);

test('G1 who shows whether there is a secret hears of one that comes', () => {
  const secrets = openLinkSecrets(fakeStorage);
  const seen: (string | null)[] = [];
  const stop = effect(() => void seen.push(secrets.secretOf(roomId)));
  secrets.keep(roomId, secret);
  stop();
  expect(seen).toEqual([null, secret]);
});

test.each<[string, Arrival, string | null]>([
  ['a link', { pathname: `/m/${roomId}`, fragment: other }, other],
  ['a link with a slash', { pathname: `/m/${roomId}/`, fragment: other }, other],
  ['what is no key', { pathname: `/m/${roomId}`, fragment: 'top' }, null],
  ['another spelling of a key', { pathname: `/m/${roomId}`, fragment: `${'A'.repeat(42)}B` }, null],
  ['another address', { pathname: '/', fragment: other }, null],
])('G1 of what arrives, %s', (_what, arrival, kept) => {
  const secrets = openLinkSecrets(fakeStorage);
  keepArrivals({ hear: (listener) => listener(arrival) }, secrets);
  expect(secrets.secretOf(roomId)).toBe(kept);
});
