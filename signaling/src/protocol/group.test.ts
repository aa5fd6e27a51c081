// The names of a group's keys: one spelling each, since pages decode them strictly (PROTOCOL L1).
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { EpochTag, GroupId, MessageId, TagHash } from './group.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

it.each([
  ['group id', GroupId, 16, 4],
  ['tag', EpochTag, 8, 16],
  ['hash of a tag', TagHash, 8, 16],
  ['message id', MessageId, 12, 64],
] as const)(
  'L1 a %s is taken exactly as its bytes are written',
  (_name, schema, bytes, lastCharacters) => {
    const start = randomBytes(bytes).toString('base64url').slice(0, -1);
    const taken = ALPHABET.split('').filter((last) => schema.safeParse(start + last).success);
    expect(taken).toHaveLength(lastCharacters);
    for (const last of taken) {
      const text = start + last;
      expect(Buffer.from(text, 'base64url').toString('base64url')).toBe(text);
    }
    const text = start + (taken[0] ?? '');
    for (const wrong of [`${text}A`, text.slice(1), `${text}\n`, `${text.slice(1)}=`]) {
      expect(schema.safeParse(wrong).success).toBe(false);
    }
  },
);

it('L1 a group id that throws where it is decoded strictly is none', () => {
  expect(GroupId.safeParse('AAAAAVPQCrcZzq1g46Wiux').success).toBe(false);
  expect(GroupId.safeParse('AAAAAVPQCrcZzq1g46Wiuw').success).toBe(true);
});
