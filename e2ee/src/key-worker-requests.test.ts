import { expect, test } from 'vitest';
import { parseKeyWorkerRequest } from './key-worker-requests.ts';
import { groupOf } from './testing/frame-world.ts';

const BYTES = Uint8Array.of(1, 2, 3);
const GROUP = { groupId: groupOf(1), epoch: 2 };
const COMMIT = {
  messageId: 'm',
  by: 'a',
  group: GROUP,
  tagHash: 't',
  envelope: BYTES,
  welcomed: ['b', 'c'],
};
const KEY_PACKAGE = { peerId: 'b', messageId: 'k', envelope: BYTES };
const ROOM = {
  group: { ...GROUP, members: ['a'] },
  peers: new Map([
    ['a', true],
    ['b', false],
  ]),
  keyPackages: [KEY_PACKAGE],
};

const event = (fields: object) => ({ type: 'event', event: fields });
const EVENTS = [
  { type: 'record', room: ROOM, commits: [COMMIT, { ...COMMIT, welcome: BYTES }] },
  { type: 'record', room: { ...ROOM, group: null }, commits: [] },
  { type: 'group-created', group: GROUP, by: 'a' },
  { type: 'key-package', keyPackage: KEY_PACKAGE },
  { type: 'commit', commit: COMMIT },
  { type: 'commit-condemned', messageId: 'm', author: 'a' },
  { type: 'epoch-ready', group: GROUP },
  { type: 'peer-connected', peerId: 'a' },
  { type: 'peer-disconnected', peerId: 'a' },
  { type: 'peer-left', peerId: 'a', kicked: true },
  { type: 'refused', messageId: 'm', code: 'rate' },
];
const IDENTITY = { secret: 's', roomId: 'r', peerId: 'p', name: 'n' };
const SEAL = { type: 'seal', request: 1, kind: 255, body: BYTES, to: '' };
const OPEN = { type: 'open', from: 'a', to: '', envelope: BYTES };

test.each([
  ...EVENTS.map(event),
  { type: 'start', identity: IDENTITY },
  SEAL,
  OPEN,
  { type: 'safety-code', request: 0 },
  { type: 'wipe' },
])('G39 what is whole is taken as it is: %#', (request) => {
  expect(parseKeyWorkerRequest(structuredClone(request))).toEqual(request);
});

test('G39 a port is taken, and nothing in its place', () => {
  const { port1 } = new MessageChannel();
  const request = { type: 'connect-frames', port: port1 };
  expect(parseKeyWorkerRequest(request)).toEqual(request);
  expect(parseKeyWorkerRequest({ type: 'connect-frames', port: {} })).toBeUndefined();
  port1.close();
});

/** Every object with one field gone, and with one field of another kind, at any depth. */
function* damaged(value: object): Generator<object> {
  for (const [key, field] of Object.entries(value)) {
    if (key !== 'welcome') {
      const { [key]: _gone, ...rest }: Record<string, unknown> = { ...value };
      yield rest;
    }
    for (const wrong of [-1.5, { wrong: true }]) yield { ...value, [key]: wrong };
    if (Array.isArray(field)) yield { ...value, [key]: [...field, 7] };
    else if (field !== null && typeof field === 'object' && !(field instanceof Uint8Array)) {
      for (const inner of damaged(field)) yield { ...value, [key]: inner };
    }
  }
}

test('G39 what lacks anything, or has anything of another kind, is not done', () => {
  const whole = [...EVENTS.map(event), { type: 'start', identity: IDENTITY }, SEAL, OPEN];
  let count = 0;
  for (const request of whole) {
    for (const bad of damaged(request)) {
      expect(parseKeyWorkerRequest(bad), JSON.stringify(bad)).toBeUndefined();
      count += 1;
    }
  }
  expect(count).toBeGreaterThan(150);
});

test.each([
  undefined,
  null,
  'wipe',
  {},
  { type: 'toString' },
  { ...SEAL, kind: 256 },
  { ...SEAL, body: new Uint8Array(new SharedArrayBuffer(3)) },
  { type: 'start', identity: { ...IDENTITY, peerId: '' } },
  // What the worker alone says to its session.
  event({ type: 'worked', result: { kind: 'removed' } }),
  event({ type: 'time' }),
  event({ type: 'messages-sent', count: 150 }),
  event({ type: 'update-wanted' }),
  event({ type: 'refused', messageId: 'm', code: 'fine' }),
  // 16 bytes, but for the last bits: nothing that decodes has this spelling.
  event({ type: 'epoch-ready', group: { groupId: 'AAAAAVPQCrcZzq1g46Wiux', epoch: 0 } }),
  event({ type: 'epoch-ready', group: { groupId: 'AAAAAVPQCrcZzq1g46Wiu', epoch: 0 } }),
])('G39 what is nothing of ours is not done: %#', (request) => {
  expect(parseKeyWorkerRequest(request)).toBeUndefined();
});
