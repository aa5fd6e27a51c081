// Public keys that are of use to everybody alike. One of small order would make every later commit
// fail for whoever has to encrypt to it, or let a signature pass in one browser and fail in another.
import { x25519 } from '@noble/curves/ed25519.js';

const P = 2n ** 255n - 19n;

// The values of small order, reduced: RFC 7748 §6.1 asks that their all-zero secret be refused.
const ORDER_8_U = [
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
];
const ORDER_8_Y = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;
const SMALL_X25519: ReadonlySet<bigint> = new Set([0n, 1n, P - 1n, ...ORDER_8_U]);
const SMALL_ED25519: ReadonlySet<bigint> = new Set([0n, 1n, P - 1n, ORDER_8_Y, P - ORDER_8_Y]);

/** Little-endian, without the highest bit: both curves mask or move it. */
function coordinate(key: Uint8Array): bigint {
  let value = 0n;
  for (const byte of key.toReversed()) value = value * 256n + BigInt(byte);
  return value & (2n ** 255n - 1n);
}

export const isUsableHpkeKey = (publicKey: Uint8Array): boolean =>
  publicKey.length === 32 && !SMALL_X25519.has(coordinate(publicKey) % P);

/** Canonical and not of small order; that it is a point, its own signatures show. */
export function isUsableSignatureKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false;
  const y = coordinate(publicKey);
  return y < P && !SMALL_ED25519.has(y);
}

export const hpkePublicKey = (privateKey: Uint8Array): Uint8Array =>
  x25519.getPublicKey(privateKey);
