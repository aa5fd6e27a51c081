// What the session says and hears, through the protocol's words.
import {
  type SessionEffect,
  type SessionState,
  makeGroupId,
  startSession,
  step,
} from '@sotto/e2ee';
import { Head, MessageId, PeerId, Requests } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import { RequestError } from '../../signaling/request-error.ts';
import { groupRequest, refusalEvent, sessionEvent } from './group-wire.ts';

const GROUP = { groupId: makeGroupId(1), epoch: 3 };
const TAG = 'AAAAAAAAAAA';
const MESSAGE_ID = 'A'.repeat(16);
const [ADA, BOB] = [PeerId.parse('a'.repeat(16)), PeerId.parse('b'.repeat(16))];
const BYTES = Uint8Array.of(1, 2, 3);

const room = () => {
  const request = groupRequest({ type: 'send-ready', group: GROUP, tag: TAG });
  if (request.method !== 'epoch-ready') throw new Error(request.method);
  const { groupId, epoch } = request.data.group;
  return { groupId, epoch, members: [ADA] };
};

/** Bob, who asks to be let in and was just made a key package. */
function asking(): { state: SessionState; effects: readonly SessionEffect[] } {
  const peers = new Map([ADA, BOB].map((peerId) => [peerId, true]));
  const seen = { group: { ...GROUP, members: [ADA] }, peers, keyPackages: [] };
  const first = step(startSession(BOB, 0), { type: 'record', room: seen, commits: [], now: 0 });
  const result = { kind: 'key-package', messageId: MESSAGE_ID, envelope: BYTES } as const;
  return step(first.state, { type: 'worked', result, now: 0 });
}

test.each(['busy', 'rate-limited', 'timeout'] as const)(
  'G25 G28 a key package that was answered with %s is made anew soon, not after the whole wait',
  (code) => {
    const { state, effects } = asking();
    const sent = effects.find((effect) => effect.type === 'send-key-package');
    if (sent === undefined) throw new Error('nothing sent');
    expect(groupRequest(sent).method).toBe('key-package');
    const heard = refusalEvent(sent, new RequestError(code));
    if (heard?.type !== 'refused') throw new Error('the session hears nothing');
    const told = step(state, { ...heard, now: 10 });
    const later = step(told.state, { type: 'time', now: 1000 });
    expect(later.effects).toContainEqual({
      type: 'work',
      work: { kind: 'key-package', group: GROUP },
    });
  },
);

test('G24 a name for the group goes with the tag of its epoch, a commit with its hash', () => {
  const create = groupRequest({ type: 'send-create', group: GROUP, prev: null, tag: TAG });
  expect(create).toEqual({
    method: 'create-group',
    data: { group: GROUP, prev: null, tag: TAG },
  });
  const message = { messageId: MESSAGE_ID, group: GROUP, tagHash: TAG, envelope: BYTES };
  const commit = groupRequest({ type: 'send-commit', message: { ...message, welcomes: [] } });
  if (commit.method !== 'commit') throw new Error(commit.method);
  expect(Requests.commit.data.parse(commit.data)).toEqual(commit.data);
  expect(commit.data).toMatchObject({ tagHash: TAG, envelope: 'AQID' });
});

test('G24 G28 a commit of the record: its hash, and of the welcomes one’s own', () => {
  const { groupId, epoch } = room();
  const commit = {
    messageId: MessageId.parse(MESSAGE_ID),
    by: ADA,
    group: { groupId, epoch },
    tagHash: TAG,
    envelope: 'AQID',
    welcomed: [BOB],
    welcome: 'AQID',
  };
  const at = { version: 1, head: Head.parse('h'.repeat(16)) };
  const fact = { ...commit, envelope: BYTES, welcome: BYTES };
  expect(sessionEvent({ ...at, event: 'commit', data: { commit } })).toEqual({
    type: 'commit',
    commit: fact,
  });
  const { welcome: _none, ...others } = commit;
  const { welcome: _nothing, ...seen } = fact;
  expect(sessionEvent({ ...at, event: 'commit', data: { commit: others } })).toEqual({
    type: 'commit',
    commit: seen,
  });
});
