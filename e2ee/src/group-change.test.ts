import { expect, test } from 'vitest';
import { describeChange } from './group-change.ts';
import { makeGroupId } from './group-id.ts';
import type { Member } from './mls-leaf.ts';
import { groupOf } from './testing/frame-world.ts';

const GROUP = groupOf(1);

const member = (name: string, leaf: number, signatureKey = `key of ${name}`): Member => ({
  leaf,
  peerId: `peer ${name}`,
  name,
  signatureKey,
});

const [ann, ben, cat] = [member('Ann', 0), member('Ben', 1), member('Cat', 2)];
/** As Ann sees it, or whoever is first. */
const group = (roster: readonly Member[], groupId = GROUP) => ({
  groupId,
  leaf: roster[0]?.leaf ?? 0,
  roster,
});

test('G46 a group of one’s own is created, and one in place of another', () => {
  expect(describeChange(null, group([ann]))).toEqual({ kind: 'created', names: [] });
  const next = group([ann, ben], groupOf(2));
  expect(describeChange(group([ann, ben]), next)).toEqual({ kind: 'created', names: [] });
});

test('G46 let into a group that there was, one has joined it', () => {
  const joined = { kind: 'joined', names: ['Ben'] };
  expect(describeChange(null, { ...group([ann, ben]), leaf: ben.leaf })).toEqual(joined);
  // Of the same generation: somebody else’s, which the record names instead.
  const elsewhere = makeGroupId(1, () => new Uint8Array(12).fill(7));
  const other = { ...group([ann, ben], elsewhere), leaf: ben.leaf };
  expect(describeChange(group([ben]), other)).toEqual(joined);
});

test('G46 who came and who went, by name; who came first', () => {
  const joined = { kind: 'joined', names: ['Ben', 'Cat'] };
  expect(describeChange(group([ann]), group([ann, ben, cat]))).toEqual(joined);
  const left = { kind: 'left', names: ['Cat', 'Ben'] };
  expect(describeChange(group([ann, cat, ben]), group([ann]))).toEqual(left);
  const both = { kind: 'joined', names: ['Cat'] };
  expect(describeChange(group([ann, ben]), group([ann, cat]))).toEqual(both);
});

test('G46 the same key on another leaf is the same person, come in again', () => {
  const moved = { ...ben, leaf: 5, peerId: 'another' };
  const rejoined = { kind: 'rejoined', names: ['Ben'] };
  expect(describeChange(group([ann, ben]), group([ann, moved]))).toEqual(rejoined);
});

test('G46 nobody passes for somebody else by name, by peer id, or by both', () => {
  const before = group([ann, ben]);
  const joined = { kind: 'joined', names: ['Ben'] };
  const stranger = member('Ben', 1, 'another key');
  expect(describeChange(before, group([ann, stranger]))).toEqual(joined);
  expect(describeChange(before, group([ann, { ...stranger, peerId: 'x' }]))).toEqual(joined);
  expect(describeChange(before, group([ann, ben, { ...stranger, leaf: 2 }]))).toEqual(joined);
  const renamed = { ...ben, name: 'Cat' };
  expect(describeChange(before, group([ann, renamed]))).toEqual({ kind: 'joined', names: ['Cat'] });
});

test('G46 new keys for the same people are no news of anybody', () => {
  const refreshed = { kind: 'refreshed', names: [] };
  expect(describeChange(group([ann, ben]), group([ann, ben]))).toEqual(refreshed);
});
