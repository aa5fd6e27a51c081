// RFC 9605's own vectors, where the file is at hand beside the project; and known answers kept here.
import { existsSync, readFileSync } from 'node:fs';
import { createCipheriv, hkdfSync } from 'node:crypto';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFrame, sealFrame } from './frame-cipher.ts';
import { decodeFrameHeader, encodeFrameHeader } from './frame-header.ts';
import { deriveFrameKeys, type FrameSuite } from './key-schedule.ts';
import { fromHex, toHex } from './testing/hex.ts';

const FILE = path.resolve(import.meta.dirname, '../../../shared/vectors/sframe.json');

const list = (value: unknown): readonly unknown[] => {
  if (!Array.isArray(value)) throw new TypeError('the vectors have another shape');
  return value;
};

const object = (value: unknown): Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null) throw new TypeError('not an object');
  return { ...value };
};

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new TypeError('not a text');
  return value;
};

const suiteOf = (value: unknown): FrameSuite => {
  if (value !== 4 && value !== 5) throw new TypeError('a suite that is not here');
  return value;
};

const note = existsSync(FILE) ? '' : ` (skipped: there is no ../shared/vectors/sframe.json)`;

const read = () => object(JSON.parse(readFileSync(FILE, 'utf8')));

describe.skipIf(note !== '')(`RFC 9605 vectors${note}`, () => {
  it('F1 headers', () => {
    const headers = list(read()['header']).map(object);
    expect(headers.length).toBeGreaterThan(50);
    for (const header of headers) {
      const kid = BigInt(text(header['kid']));
      const counter = BigInt(text(header['ctr']));
      const encoded = text(header['encoded']);
      expect(toHex(encodeFrameHeader(kid, counter))).toBe(encoded);
      const length = encoded.length / 2;
      expect(decodeFrameHeader(fromHex(encoded))).toEqual({ kid, counter, length });
    }
  });

  it('F2 F3 keys, sealed and opened', async () => {
    const vectors = list(read()['sframe']).map(object);
    expect(vectors.length).toBeGreaterThan(0);
    for (const vector of vectors) {
      const bytes = (name: string) => fromHex(text(vector[name]));
      const kid = BigInt(text(vector['kid']));
      const suite = suiteOf(vector['cipher_suite']);
      const keys = await deriveFrameKeys(bytes('base_key'), kid, suite);
      expect(toHex(keys.salt)).toBe(vector['sframe_salt']);
      const counter = BigInt(text(vector['ctr']));
      const sealed = await sealFrame(keys, kid, counter, bytes('metadata'), bytes('pt'));
      expect(toHex(sealed)).toBe(vector['ct']);
      expect(toHex(await openFrame(keys, bytes('metadata'), bytes('ct')))).toBe(vector['pt']);
    }
  });
});

/** Made once by `sealWithNode` below, and kept: format and key schedule must not drift. */
const KNOWN: readonly {
  readonly suite: FrameSuite;
  readonly kid: bigint;
  readonly counter: bigint;
  readonly sealed: string;
}[] = [
  {
    suite: 4,
    kid: 0n,
    counter: 0n,
    sealed: '00ebcc220eb05af31a834eb0f6104b0447cf599a5d9b671a2d56db',
  },
  {
    suite: 4,
    kid: 0x9013n,
    counter: 0xff_ffffn,
    sealed: '9a9013ffffff4eb1a43cceca4c9858f81344024a5b2c427a2bb4c15fadfddb97',
  },
  {
    suite: 5,
    kid: 0x0123n,
    counter: 0x4567n,
    sealed: '990123456783e81cc17596f5c1192507b52dbbea3e7f87c3cffaed07655865',
  },
  {
    suite: 5,
    kid: 0xffff_ffff_ffff_ffffn,
    counter: 0xffff_ffff_ffff_ffffn,
    sealed:
      'ffffffffffffffffffffffffffffffffff984e18e29957fb16e30dbe1eac694c18d1879b228bf74c249bb1',
  },
];

const BASE_KEY = fromHex('000102030405060708090a0b0c0d0e0f');
const METADATA = fromHex('01010231');
const PLAINTEXT = fromHex('736f74746f20766f6365');

/** RFC 9605 §4.4 a second time, over another library. */
const sealWithNode = (suite: FrameSuite, kid: bigint, counter: bigint): string => {
  const [hash, keyBytes, cipher] =
    suite === 4
      ? (['sha256', 16, 'aes-128-gcm'] as const)
      : (['sha512', 32, 'aes-256-gcm'] as const);
  const context = Buffer.alloc(10);
  context.writeBigUInt64BE(kid, 0);
  context.writeUInt16BE(suite, 8);
  const expand = (label: string, length: number): Buffer =>
    Buffer.from(hkdfSync(hash, BASE_KEY, '', Buffer.concat([Buffer.from(label), context]), length));
  const nonce = expand('SFrame 1.0 Secret salt ', 12);
  nonce.writeBigUInt64BE(nonce.readBigUInt64BE(4) ^ counter, 4);
  const header = encodeFrameHeader(kid, counter);
  const gcm = createCipheriv(cipher, expand('SFrame 1.0 Secret key ', keyBytes), nonce);
  gcm.setAAD(Buffer.concat([header, METADATA]));
  return Buffer.concat([header, gcm.update(PLAINTEXT), gcm.final(), gcm.getAuthTag()]).toString(
    'hex',
  );
};

describe('known answers', () => {
  it.each(KNOWN)('F2 F3 suite $suite, KID $kid, counter $counter', async (known) => {
    const { suite, kid, counter, sealed } = known;
    const keys = await deriveFrameKeys(BASE_KEY, kid, suite);
    expect(toHex(await sealFrame(keys, kid, counter, METADATA, PLAINTEXT))).toBe(sealed);
    expect(sealWithNode(suite, kid, counter)).toBe(sealed);
    expect(toHex(await openFrame(keys, METADATA, fromHex(sealed)))).toBe(toHex(PLAINTEXT));
  });
});
