// The sealed envelope: a known answer, and that nothing about it can be changed or moved.
import { expect, test } from 'vitest';
import { type EnvelopeContext, importEnvelopeKey, openEnvelope, sealEnvelope } from './envelope.ts';
import { utf8 } from './group-bytes.ts';

const fromHex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const key = await importEnvelopeKey(
  fromHex('11f4e571886e58db69161401bd382a7d0d45c4612f3a41edb1902fc9328ce3b9'),
);
const context: EnvelopeContext = {
  roomId: 'AAECAwQFBgcICQoLDA0ODxAR',
  sender: 'peer-a',
  recipient: '',
};
const point = { groupId: 'AAAAAaChoqOkpaanqKmqqw', epoch: 7 };
const KNOWN =
  '010200000001a0a1a2a3a4a5a6a7a8a9aaab00000000000000070f0e0d0c0b0a0908070605045e3434784764abcd3c72c9772aefa564f9b28e1be15b971a';
const seal = (random = () => fromHex('0f0e0d0c0b0a090807060504')) =>
  sealEnvelope(key, 'commit', point, context, utf8('a commit'), random);
const refused = expect.objectContaining({ code: 'bad-envelope' });

test('G4 known answer: version, type, group, epoch, nonce, sealed', async () => {
  expect(Buffer.from(await seal()).toString('hex')).toBe(KNOWN);
  const opened = await openEnvelope(key, 'commit', context, fromHex(KNOWN));
  expect(opened).toEqual({ ...point, plaintext: utf8('a commit') });
});

test('G4 every envelope has a nonce of its own', async () => {
  const one = await sealEnvelope(key, 'app', point, context, utf8('same'));
  const two = await sealEnvelope(key, 'app', point, context, utf8('same'));
  expect(one).not.toEqual(two);
});

test('G5 every bit of it is bound', async () => {
  const envelope = fromHex(KNOWN);
  for (let bit = 0; bit < envelope.length * 8; bit += 1) {
    const changed = envelope.map((byte, index) =>
      index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
    );
    await expect(openEnvelope(key, 'commit', context, changed), `bit ${bit}`).rejects.toEqual(
      refused,
    );
  }
});

test('G5 every truncation is refused', async () => {
  const envelope = fromHex(KNOWN);
  for (let length = 0; length < envelope.length; length += 1) {
    await expect(
      openEnvelope(key, 'commit', context, envelope.subarray(0, length)),
    ).rejects.toEqual(refused);
  }
});

test.each([
  ['room', { roomId: 'another' }],
  ['sender', { sender: 'peer-b' }],
  ['recipient', { recipient: 'peer-b' }],
  ['border between the names', { sender: 'peer', recipient: '-a' }],
])('G5 another %s does not open it', async (_, change) => {
  const moved = { ...context, ...change };
  await expect(openEnvelope(key, 'commit', moved, fromHex(KNOWN))).rejects.toEqual(refused);
});

test('G5 another type or another key does not open it', async () => {
  await expect(openEnvelope(key, 'welcome', context, fromHex(KNOWN))).rejects.toEqual(refused);
  const other = await importEnvelopeKey(new Uint8Array(32));
  await expect(openEnvelope(other, 'commit', context, fromHex(KNOWN))).rejects.toEqual(refused);
});
