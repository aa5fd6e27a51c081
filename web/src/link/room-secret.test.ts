import { expect, test } from 'vitest';
import { joinKeyOf, makeRoomSecret, readSecret } from './room-secret.ts';

const bytesOf = (base64url: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );

test('G1 a new room’s secret is a link’s secret, and no two are the same', () => {
  const [first, second] = [makeRoomSecret(), makeRoomSecret()];
  expect(readSecret(first.secret)).toBe(first.secret);
  expect(first.secret).not.toBe(second.secret);
});

test('G3 the server gets the hash of the very key that opens the room', async () => {
  const { secret, joinHash } = makeRoomSecret();
  const joinKey = joinKeyOf(secret);
  expect(joinKey).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(joinKey).not.toBe(secret);
  const hash = await crypto.subtle.digest('SHA-256', bytesOf(joinKey));
  expect(bytesOf(joinHash)).toEqual(new Uint8Array(hash));
});
