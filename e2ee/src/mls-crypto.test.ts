// Our primitives against those that the library picks for the suite, both ways.
import { getCiphersuiteFromName, getCiphersuiteImpl } from 'ts-mls';
import { expect, test } from 'vitest';
import { randomBytes, utf8 } from './group-bytes.ts';
import { SUITE, loadSuite } from './mls-suite.ts';

const ours = await loadSuite();
const theirs = await getCiphersuiteImpl(getCiphersuiteFromName(SUITE));
const PAIRS = [
  ['ours, then the library’s', ours, theirs],
  ['the library’s, then ours', theirs, ours],
] as const;

const text = utf8('what is signed and sealed');
const info = utf8('info');

test.each(PAIRS)('G8 signatures: %s', async (_, one, other) => {
  const { signKey, publicKey } = await one.signature.keygen();
  const signed = await one.signature.sign(signKey, text);
  // Ed25519 has no chance in it: the same key signs the same way.
  expect(await other.signature.sign(signKey, text)).toEqual(signed);
  expect(await other.signature.sign(signKey.slice(-32), text)).toEqual(signed);
  expect(await one.signature.sign(signKey.slice(-32), text)).toEqual(signed);
  expect(await other.signature.verify(publicKey, text, signed)).toBe(true);
  expect(await other.signature.verify(publicKey, info, signed)).toBe(false);
});

test.each(PAIRS)('G8 HPKE: %s', async (_, one, other) => {
  const ikm = randomBytes(32);
  const [mine, yours] = [await one.hpke.deriveKeyPair(ikm), await other.hpke.deriveKeyPair(ikm)];
  const publicKey = await one.hpke.exportPublicKey(mine.publicKey);
  expect(await other.hpke.exportPublicKey(yours.publicKey)).toEqual(publicKey);
  const { ct, enc } = await one.hpke.seal(mine.publicKey, text, info);
  expect(await other.hpke.open(yours.privateKey, enc, ct, info)).toEqual(text);
  await expect(other.hpke.open(yours.privateKey, enc, ct, text)).rejects.toThrow();
});

test.each(PAIRS)('G8 AES-GCM: %s', async (_, one, other) => {
  const [key, nonce] = [randomBytes(one.hpke.keyLength), randomBytes(one.hpke.nonceLength)];
  for (const aad of [info, new Uint8Array(), undefined]) {
    const sealed = await one.hpke.encryptAead(key, nonce, aad, text);
    expect(await other.hpke.encryptAead(key, nonce, aad, text)).toEqual(sealed);
    expect(await other.hpke.decryptAead(key, nonce, aad, sealed)).toEqual(text);
    await expect(other.hpke.decryptAead(key, nonce, text, sealed)).rejects.toThrow();
  }
});

test('G8 hashes and HKDF: ours and the library’s', async () => {
  const [key, salt] = [randomBytes(32), randomBytes(32)];
  expect(await ours.hash.digest(text)).toEqual(await theirs.hash.digest(text));
  const mac = await ours.hash.mac(key, text);
  expect(await theirs.hash.mac(key, text)).toEqual(mac);
  expect(await ours.hash.verifyMac(key, mac, text)).toBe(true);
  expect(await ours.hash.verifyMac(key, mac, info)).toBe(false);
  const prk = await ours.kdf.extract(salt, text);
  expect(await theirs.kdf.extract(salt, text)).toEqual(prk);
  expect(await theirs.kdf.expand(prk, info, 80)).toEqual(await ours.kdf.expand(prk, info, 80));
  expect([ours.kdf.size, ours.name, ours.hpke.keyLength, ours.hpke.nonceLength]).toEqual([
    theirs.kdf.size,
    theirs.name,
    theirs.hpke.keyLength,
    theirs.hpke.nonceLength,
  ]);
});
