// Key packages: hostile ones are refused by all alike, and stop nobody but themselves.
import { type KeyPackage, encodeMlsMessage, generateKeyPackageWithKey } from 'ts-mls';
import { signKeyPackage } from 'ts-mls/keyPackage.js';
import { signLeafNodeKeyPackage } from 'ts-mls/leafNode.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { beforeAll, expect, test } from 'vitest';
import { nameExtension } from './display-name.ts';
import { ownBytes, utf8 } from './group-bytes.ts';
import { acceptCommit } from './mls-accept.ts';
import { checkProposals } from './mls-commit-check.ts';
import { makeCommit } from './mls-commit.ts';
import { isUsableHpkeKey, isUsableSignatureKey } from './mls-keys.ts';
import { checkKeyPackage, readKeyPackage } from './mls-key-package.ts';
import { CAPABILITIES, pskProposal } from './mls-suite.ts';
import { openWelcome } from './mls-welcome.ts';
import { pointOf } from './mls-membership.ts';
import {
  type Group,
  LIMITS,
  NOW,
  PSK,
  groupOf,
  newPackage,
  person,
  stateOf,
  suite,
} from './testing/group-people.ts';
import { rawCommit } from './testing/hostile-commits.ts';

let group: Group = [];
beforeAll(async () => {
  group = await groupOf(3);
});

type Leaf = KeyPackage['leafNode'];
const DAY_MS = 86_400_000;
const NOW_S = BigInt(Math.floor(NOW / 1000));
const keys = await suite.signature.keygen();

/** A key package with whatever the hostile hand changed, signed properly all the same. */
async function forge(
  change: (leaf: Leaf) => Partial<Leaf>,
  packageChange: Partial<KeyPackage> = {},
): Promise<KeyPackage> {
  const { publicPackage } = await generateKeyPackageWithKey(
    { credentialType: 'basic', identity: utf8('evil') },
    CAPABILITIES,
    { notBefore: NOW_S - 60n, notAfter: NOW_S + 60n },
    [],
    keys,
    suite,
    [nameExtension('Mallory')],
  );
  const changed = { ...publicPackage.leafNode, ...change(publicPackage.leafNode) };
  const { leafNodeSource } = publicPackage.leafNode;
  const tbs = { ...changed, leafNodeSource, lifetime: publicPackage.leafNode.lifetime };
  const leafNode = await signLeafNodeKeyPackage(tbs, keys.signKey, suite.signature);
  const whole = { ...publicPackage, ...packageChange, leafNode };
  return signKeyPackage(whole, keys.signKey, suite.signature);
}

const bytesOf = (keyPackage: KeyPackage) =>
  ownBytes(encodeMlsMessage({ version: 'mls10', wireformat: 'mls_key_package', keyPackage }));

const lowOrder = new Uint8Array(32);
const ff01 = (data: Uint8Array) => [{ extensionType: 0xff01, extensionData: data }];

const HOSTILE: readonly (readonly [string, () => Promise<KeyPackage>])[] = [
  [
    'capabilities of its own',
    () => forge(() => ({ capabilities: { ...CAPABILITIES, proposals: [8] } })),
  ],
  ['no name', () => forge(() => ({ extensions: [] }))],
  ['a name of 65 bytes', () => forge(() => ({ extensions: ff01(new Uint8Array(65).fill(65)) }))],
  ['a second extension', () => forge((l) => ({ extensions: [...l.extensions, ...l.extensions] }))],
  [
    'an X.509 credential',
    () => forge(() => ({ credential: { credentialType: 'x509', certificates: [utf8('c')] } })),
  ],
  [
    'no peer id',
    () => forge(() => ({ credential: { credentialType: 'basic', identity: new Uint8Array() } })),
  ],
  ['a leaf key that nobody can encrypt to', () => forge(() => ({ hpkePublicKey: lowOrder }))],
  ['a leaf key of 31 bytes', () => forge(() => ({ hpkePublicKey: new Uint8Array(31).fill(5) }))],
  ['an init key that nobody can encrypt to', () => forge(() => ({}), { initKey: lowOrder })],
  ['extensions of the package', () => forge(() => ({}), { extensions: ff01(utf8('x')) })],
  [
    'another suite',
    () => forge(() => ({}), { cipherSuite: 'MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519' }),
  ],
];

test.each(HOSTILE)('G14 %s: refused, and the honest one beside it comes in', async (_, make) => {
  const hostile = await make();
  await expect(checkKeyPackage(hostile, suite)).rejects.toEqual(
    expect.objectContaining({ code: 'bad-key-package' }),
  );
  const honest = await newPackage('n1');
  const wish = {
    adds: [
      { peerId: 'evil', keyPackage: bytesOf(hostile) },
      { peerId: 'n1', keyPackage: honest.bytes },
    ],
    removes: [],
  };
  const made = await makeCommit(person(group, 0).membership, wish, PSK, LIMITS, suite);
  expect(made.refused.map(({ peerId }) => peerId)).toEqual(['evil']);
  expect(made.welcomes.map(({ peerId }) => peerId)).toEqual(['n1']);
});

test('G14 a wrong signature, another’s name, an old one, garbage', async () => {
  const good = await newPackage('n1');
  const refused = expect.objectContaining({ code: 'bad-key-package' });
  const flipped = good.bytes.map((byte, at) => (at === good.bytes.length - 1 ? byte ^ 1 : byte));
  await expect(readKeyPackage(flipped, 'n1', NOW, suite)).rejects.toEqual(refused);
  await expect(readKeyPackage(good.bytes, 'n2', NOW, suite)).rejects.toEqual(refused);
  for (const late of [NOW + 1.1 * DAY_MS, NOW - 1.1 * DAY_MS]) {
    await expect(readKeyPackage(good.bytes, 'n1', late, suite)).rejects.toEqual(refused);
  }
  for (let length = 0; length < good.bytes.length; length += 7) {
    const part = good.bytes.slice(0, length);
    await expect(readKeyPackage(part, 'n1', NOW, suite)).rejects.toEqual(refused);
  }
  await expect(readKeyPackage(good.bytes, 'n1', NOW, suite)).resolves.toBeDefined();
});

test('G14 one that copies a member’s keys blocks neither the commit nor later ones', async () => {
  const honest = await newPackage('n1');
  const copied = await forge(() => ({
    hpkePublicKey: honest.publicPackage.leafNode.hpkePublicKey,
  }));
  const victim = stateOf(person(group, 1)).ratchetTree[2];
  if (victim?.nodeType !== 'leaf') throw new Error('no leaf');
  const { hpkePublicKey } = victim.leaf;
  const ofMember = await forge(() => ({ hpkePublicKey }));
  for (const hostile of [ofMember, copied]) {
    const adds = [
      { peerId: 'n1', keyPackage: honest.bytes },
      { peerId: 'evil', keyPackage: bytesOf(hostile) },
    ];
    const { membership } = person(group, 0);
    const made = await makeCommit(membership, { adds, removes: [] }, PSK, LIMITS, suite);
    expect(made.refused).toHaveLength(1);
    expect(made.welcomes.map(({ peerId }) => peerId)).toEqual(['n1']);
    const taken = await acceptCommit(person(group, 1).membership, made.commit, PSK, suite);
    expect(taken.kind).toBe('member');
  }
});

test('G14 a hostile member that adds one all the same is not followed', async () => {
  const keyPackage = await forge(() => ({ hpkePublicKey: lowOrder }));
  const proposals = [{ proposalType: 'add' as const, add: { keyPackage } }, pskProposal()];
  const { bytes } = await rawCommit(person(group, 1), proposals);
  await expect(acceptCommit(person(group, 0).membership, bytes, PSK, suite)).rejects.toEqual(
    expect.objectContaining({ code: 'bad-key-package' }),
  );
});

const littleEndian = (value: bigint) =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));

test('G14 keys of small order are of no use: what noble refuses, and an ordinary one', () => {
  const p = 2n ** 255n - 19n;
  const small = [
    0n,
    1n,
    p - 1n,
    p,
    p + 1n,
    325606250916557431795983626356110631294008115727848805560023387167927233504n,
    39382357235489614581723060781553021112529911719440698176882885853963445705823n,
  ].map(littleEndian);
  for (const key of small) {
    expect(isUsableHpkeKey(key)).toBe(false);
    expect(() => x25519.getSharedSecret(new Uint8Array(32).fill(7), key)).toThrow();
  }
  expect(isUsableHpkeKey(x25519.getPublicKey(new Uint8Array(32).fill(7)))).toBe(true);
  expect(isUsableSignatureKey(littleEndian(1n))).toBe(false);
  expect(isUsableSignatureKey(littleEndian(p + 3n))).toBe(false);
  expect(isUsableSignatureKey(keys.publicKey)).toBe(true);
});

test('G15 260 adds at once are refused, by makers and by followers', async () => {
  const honest = await newPackage('n0');
  const many = Array.from({ length: 260 }, () => honest.publicPackage);
  const proposals = many.map((keyPackage) => ({
    proposalType: 'add' as const,
    add: { keyPackage },
  }));
  const values = [...proposals, pskProposal()].map((proposal) => ({
    proposalOrRefType: 'proposal' as const,
    proposal,
  }));
  await expect(checkProposals(person(group, 0).membership, 1, values, suite)).rejects.toEqual(
    expect.objectContaining({ code: 'group-full' }),
  );
});

test('G15 a full group defers who comes next, and takes them when somebody leaves', async () => {
  const founder = person(group, 0);
  const adds = await Promise.all(
    Array.from({ length: 260 }, async (_, i) => ({
      peerId: `m${i}`,
      keyPackage: (await newPackage(`m${i}`)).bytes,
    })),
  );
  const made = await makeCommit(founder.membership, { adds, removes: [] }, PSK, LIMITS, suite);
  expect(made.facts.added).toHaveLength(253);
  expect(Math.max(...made.facts.added.map(({ member }) => member.leaf))).toBe(255);
  expect(made.deferred.map(({ peerId }) => peerId)).toEqual(adds.slice(253).map((a) => a.peerId));
  const full = made.next;
  const wish = { adds: made.deferred, removes: ['m7'] };
  const next = await makeCommit(full, wish, PSK, LIMITS, suite);
  expect(next.facts.added.map(({ member }) => member.leaf)).toEqual([10]);
  expect(pointOf(next.next).epoch).toBe(3);
});

test('G23 a welcome holds its recipient’s secret alone', async () => {
  const packages = await Promise.all(['n1', 'n2'].map((peerId) => newPackage(peerId)));
  const adds = packages.map(({ bytes }, i) => ({ peerId: `n${i + 1}`, keyPackage: bytes }));
  const { membership } = person(group, 0);
  const made = await makeCommit(membership, { adds, removes: [] }, PSK, LIMITS, suite);
  const [first] = made.welcomes;
  const [one, two] = packages;
  if (first === undefined || one === undefined || two === undefined) throw new Error('no welcome');
  const expected = pointOf(made.next);
  await expect(openWelcome(first.bytes, [one], PSK, expected, suite)).resolves.toBeDefined();
  await expect(openWelcome(first.bytes, [two], PSK, expected, suite)).rejects.toEqual(
    expect.objectContaining({ code: 'bad-welcome' }),
  );
});
