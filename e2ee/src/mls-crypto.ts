// The primitives of the one suite, put together here (SPEC G8): the library's own choice brings every
// curve and cipher that it knows into the worker's bundle. Each is the one that it would pick, and
// mls-crypto.test.ts holds them against each other.
import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { CiphersuiteImpl } from 'ts-mls';
import { makeGenericHpke } from 'ts-mls/crypto/implementation/hpke.js';
import { concat, ownBytes, randomBytes, sameBytes } from './group-bytes.ts';

type Aead = Parameters<typeof makeGenericHpke>[1];

const aesGcm = (nonce: Uint8Array, aad: Uint8Array) => ({
  name: 'AES-GCM',
  iv: ownBytes(nonce),
  additionalData: ownBytes(aad),
});

const importAes = (key: Uint8Array, usage: 'encrypt' | 'decrypt') =>
  crypto.subtle.importKey('raw', ownBytes(key), 'AES-GCM', false, [usage]);

const aead: Aead = {
  encrypt: async (key, nonce, aad, plaintext) => {
    const aesKey = await importAes(key, 'encrypt');
    const sealed = crypto.subtle.encrypt(aesGcm(nonce, aad), aesKey, ownBytes(plaintext));
    return new Uint8Array(await sealed);
  },
  decrypt: async (key, nonce, aad, ciphertext) => {
    const aesKey = await importAes(key, 'decrypt');
    const opened = crypto.subtle.decrypt(aesGcm(nonce, aad), aesKey, ownBytes(ciphertext));
    return new Uint8Array(await opened);
  },
};

/** RFC 8410 §7: what stands before the 32 bytes of an Ed25519 key in PKCS #8. */
const PKCS8_BYTES = Uint8Array.of(0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 34, 4, 32);
const SIGN_KEY_BYTES = 32;

const signature: CiphersuiteImpl['signature'] = {
  sign: async (signKey, message) => {
    const pkcs8 =
      signKey.length === SIGN_KEY_BYTES ? concat(PKCS8_BYTES, signKey) : ownBytes(signKey);
    const importing = crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']);
    const key = await importing.finally(() => pkcs8.fill(0));
    return new Uint8Array(await crypto.subtle.sign('Ed25519', key, ownBytes(message)));
  },
  verify: async (publicKey, message, signed) => {
    const raw = ownBytes(publicKey);
    const key = await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
    return crypto.subtle.verify('Ed25519', key, ownBytes(signed), ownBytes(message));
  },
  keygen: async () => {
    const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
    if (!('publicKey' in pair)) throw new Error('Ed25519 makes pairs');
    const [publicKey, signKey] = await Promise.all([
      crypto.subtle.exportKey('raw', pair.publicKey),
      crypto.subtle.exportKey('pkcs8', pair.privateKey),
    ]);
    return { publicKey: new Uint8Array(publicKey), signKey: new Uint8Array(signKey) };
  },
};

/** Hashes and HKDF come from noble: without a promise's trip through WebCrypto each. */
export async function loadCrypto(): Promise<Omit<CiphersuiteImpl, 'name'>> {
  const suite = new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes128Gcm(),
  });
  const names = {
    kem: 'DHKEM-X25519-HKDF-SHA256',
    kdf: 'HKDF-SHA256',
    aead: 'AES128GCM',
  } as const;
  return {
    hpke: await makeGenericHpke(names, aead, suite),
    signature,
    rng: { randomBytes },
    hash: {
      digest: (data) => Promise.resolve(sha256(data)),
      mac: (key, data) => Promise.resolve(hmac(sha256, key, data)),
      verifyMac: (key, mac, data) => Promise.resolve(sameBytes(hmac(sha256, key, data), mac)),
    },
    kdf: {
      extract: (salt, ikm) => Promise.resolve(extract(sha256, ikm, salt)),
      expand: (prk, info, length) => Promise.resolve(expand(sha256, prk, info, length)),
      size: 32,
    },
  };
}
