// Application messages: who sent them, in what order, how long they open, and what is none.
import { createApplicationMessage, createProposal, encodeMlsMessage } from 'ts-mls';
import { beforeAll, expect, test } from 'vitest';
import { ownBytes, utf8 } from './group-bytes.ts';
import { makeCommit, mergeMade } from './mls-commit.ts';
import { type Membership, pointOf, readEpoch } from './mls-membership.ts';
import { forgetEpoch, openMessage, sealMessage } from './mls-messages.ts';
import { acceptCommit } from './mls-accept.ts';
import {
  type Group,
  LIMITS,
  PSK,
  commitRound,
  groupOf,
  person,
  stateOf,
  suite,
  tagOf,
} from './testing/group-people.ts';
import { removal } from './testing/hostile-commits.ts';

let group: Group = [];
beforeAll(async () => {
  group = await groupOf(4);
});

const at = (index: number): Membership => person(group, index).membership;
const seal = (membership: Membership, seq: number, text = 'hello') =>
  sealMessage(membership, { kind: 7, seq, body: utf8(text) }, suite);
const open = (membership: Membership, bytes: Uint8Array) => openMessage(membership, bytes, suite);
const refused = (code: string) => expect.objectContaining({ code });

test('G18 a message says who sent it', async () => {
  const { bytes, sent } = await seal(at(1), 0);
  const { message } = await open(at(2), bytes);
  expect(message).toMatchObject({ kind: 7, seq: 0, body: utf8('hello') });
  expect(message.sender).toMatchObject({ leaf: 1, peerId: 'p1', name: 'name of p1' });
  expect(sent).toBe(1);
});

test('G18 a member cannot write in another’s name', async () => {
  // p1 signs with its own key and claims the leaf of p3, whose ratchet everybody has.
  const { state } = at(1);
  const posing = { ...state, privatePath: { ...state.privatePath, leafIndex: 3 } };
  const { bytes } = await seal({ ...at(1), state: posing }, 0);
  await expect(open(at(2), bytes)).rejects.toEqual(refused('bad-message'));
});

test('G18 every bit of a message is bound, and a proposal is no message', async () => {
  const { bytes } = await seal(at(1), 0);
  for (let index = 0; index < bytes.length; index += 9) {
    const flipped = bytes.map((byte, i) => (i === index ? byte ^ 32 : byte));
    await expect(open(at(2), flipped), `byte ${index}`).rejects.toMatchObject({
      code: expect.stringMatching(/^(bad-message|unknown-epoch|future-epoch)$/),
    });
  }
  const stray = await createProposal(stateOf(person(group, 1)), false, removal(3), suite);
  const proposal = encodeMlsMessage(stray.message);
  await expect(open(at(2), proposal)).rejects.toEqual(refused('bad-message'));
});

test('G19 sequence numbers rise: a replay and an older number are refused', async () => {
  const first = await seal(at(1), 4);
  const second = await seal(first.next, 5);
  const older = await seal(second.next, 4);
  const opened = await open(at(2), first.bytes);
  await expect(open(opened.next, first.bytes)).rejects.toEqual(refused('bad-message'));
  const again = await open(opened.next, second.bytes);
  await expect(open(again.next, older.bytes)).rejects.toEqual(refused('replayed'));
});

test('G19 a message opened before one’s own commit was merged does not open again', async () => {
  const wish = { adds: [], removes: [] };
  const made = await makeCommit(at(2), wish, PSK, LIMITS, suite);
  const { bytes } = await seal(at(1), 0);
  const opened = await open(at(2), bytes);
  const merged = mergeMade(opened.next, made);
  const withoutSeq = { ...merged, lastSeq: new Map<string, number>() };
  await expect(open(withoutSeq, bytes)).rejects.toEqual(refused('bad-message'));
});

test('G20 a message of the last epoch opens until it is forgotten', async () => {
  const { bytes } = await seal(at(1), 0);
  const round = await commitRound(group, person(group, 0), {});
  const { membership } = person(round.group, 2);
  await expect(open(membership, bytes)).resolves.toMatchObject({ message: { seq: 0 } });
  const forgotten = forgetEpoch(membership, pointOf(at(1)).epoch);
  await expect(open(forgotten, bytes)).rejects.toEqual(refused('unknown-epoch'));
});

test('G20 late words of somebody who left are refused', async () => {
  const { bytes } = await seal(at(3), 0);
  const round = await commitRound(group, person(group, 0), { removes: ['p3'] });
  await expect(open(person(round.group, 1).membership, bytes)).rejects.toEqual(
    refused('bad-message'),
  );
});

test('G20 epochs that one never had: before one joined, not there yet, another group', async () => {
  const before = await seal(at(1), 0);
  const round = await commitRound(group, person(group, 0), { adds: ['n1'] });
  const newcomer = person(round.group, 4).membership;
  await expect(open(newcomer, before.bytes)).rejects.toEqual(refused('unknown-epoch'));
  const after = await seal(person(round.group, 0).membership, 0);
  await expect(open(at(1), after.bytes)).rejects.toEqual(refused('future-epoch'));
  const elsewhere = person(await groupOf(2), 0).membership;
  await expect(open(at(1), (await seal(elsewhere, 0)).bytes)).rejects.toEqual(
    refused('unknown-epoch'),
  );
});

test('G21 a gap of 200 generations is the last that opens; the sender stops there', async () => {
  let sender = at(1);
  let last = new Uint8Array();
  for (let seq = 0; seq < 200; seq += 1) {
    const sealed = await seal(sender, seq);
    sender = sealed.next;
    last = ownBytes(sealed.bytes);
  }
  await expect(open(at(2), last)).resolves.toMatchObject({ message: { seq: 199 } });
  await expect(seal(sender, 200)).rejects.toEqual(refused('commit-now'));
  // Not ours: one that goes on all the same. Nobody opens it.
  const { newState } = await createApplicationMessage(sender.state, new Uint8Array(5), suite);
  const { privateMessage } = await createApplicationMessage(newState, new Uint8Array(5), suite);
  const bytes = encodeMlsMessage({
    version: 'mls10',
    wireformat: 'mls_private_message',
    privateMessage,
  });
  await expect(open(at(2), bytes)).rejects.toEqual(refused('bad-message'));
});

test('G22 an epoch’s base key and tag: one for all members, another in each epoch', async () => {
  const facts = await Promise.all(group.map(({ membership }) => readEpoch(membership, suite)));
  expect(new Set(facts.map(({ baseKey }) => baseKey.join())).size).toBe(1);
  expect(new Set(facts.map(({ tag }) => tag)).size).toBe(1);
  expect(facts.map(({ leaf }) => leaf)).toEqual([0, 1, 2, 3]);
  const [first] = facts;
  expect(first?.baseKey).toHaveLength(16);
  expect(first?.tag).toMatch(/^[A-Za-z0-9_-]{11}$/);
  const round = await commitRound(group, person(group, 0), {});
  const next = await readEpoch(person(round.group, 0).membership, suite);
  expect(next.baseKey).not.toEqual(first?.baseKey);
  expect(next.tag).not.toBe(first?.tag);
});

test('G16 a fork: neither side follows the other, their tags differ, each goes on alone', async () => {
  const left = await commitRound(group.slice(0, 2), person(group, 0), {});
  const right = await commitRound(group.slice(2), person(group, 2), {});
  expect(pointOf(person(left.group, 0).membership)).toEqual(
    pointOf(person(right.group, 0).membership),
  );
  expect(tagOf(person(left.group, 0))).not.toBe(tagOf(person(right.group, 0)));
  const next = await commitRound(left.group, person(left.group, 1), {});
  const { membership } = person(right.group, 0);
  await expect(acceptCommit(membership, next.made.commit, PSK, suite)).rejects.toEqual(
    refused('bad-commit'),
  );
  await expect(commitRound(right.group, person(right.group, 1), {})).resolves.toBeDefined();
});
