// Link secrets and what comes from them, with answers computed by node:crypto.
import { expect, test } from 'vitest';
import { toBase64url } from './group-bytes.ts';
import {
  deriveEnvelopeKey,
  deriveJoinKey,
  derivePreSharedKey,
  joinHash,
  makeLinkSecret,
  parseLinkSecret,
} from './link-secret.ts';

const SECRET = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';
const ROOM = 'AAECAwQFBgcICQoLDA0ODxAR';
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('G1 a made secret is 43 characters of base64url and parses', () => {
  const secret = makeLinkSecret();
  expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(parseLinkSecret(secret)).toBe(secret);
  expect(makeLinkSecret()).not.toBe(secret);
  expect(makeLinkSecret((length) => new Uint8Array(length).map((_, i) => i))).toBe(SECRET);
});

test.each([
  ['nothing', ''],
  ['42 characters', SECRET.slice(1)],
  ['44 characters', `${SECRET}A`],
  ['a character outside the alphabet', `${SECRET.slice(0, 42)}+`],
  ['padding', `${SECRET.slice(0, 42)}=`],
  ['a second spelling of the same bytes', `${SECRET.slice(0, 42)}9`],
  ['a line break', `${SECRET.slice(0, 42)}\n`],
])('G1 %s is no secret', (_, text) => {
  expect(parseLinkSecret(text)).toBeUndefined();
  expect(() => deriveJoinKey(text)).toThrow(expect.objectContaining({ code: 'bad-link' }));
});

test('G2 known answers for K_join, K_env and K_psk', () => {
  expect(hex(deriveJoinKey(SECRET))).toBe(
    '1a801f2d588ac0cc14a7dbcb9d22418a73ad6e9ff2df7a638aa4c949efe33f96',
  );
  expect(hex(deriveEnvelopeKey(SECRET, ROOM))).toBe(
    '11f4e571886e58db69161401bd382a7d0d45c4612f3a41edb1902fc9328ce3b9',
  );
  expect(hex(derivePreSharedKey(SECRET, ROOM))).toBe(
    '494c862abdf3d8fbbbd80bf6e0547efdbb5c0ab2cfa09b72aa17dbbc3af68e07',
  );
});

test('G2 K_env and K_psk are another room’s in another room', () => {
  const other = ROOM.replace('A', 'B');
  expect(deriveEnvelopeKey(SECRET, other)).not.toEqual(deriveEnvelopeKey(SECRET, ROOM));
  expect(derivePreSharedKey(SECRET, other)).not.toEqual(derivePreSharedKey(SECRET, ROOM));
});

test('G3 known answer for the join hash', () => {
  expect(joinHash(deriveJoinKey(SECRET))).toBe('XAgydWjtGrmX8QgPH0zpMdDkcZkOh2RVNFPh5uCbRMM');
  expect(joinHash(deriveJoinKey(SECRET))).not.toBe(toBase64url(deriveJoinKey(SECRET)));
});
