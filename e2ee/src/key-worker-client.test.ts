import { expect, test } from 'vitest';
import {
  KEY_WORKER_ANSWER_MS,
  KeyWorkerClient,
  type KeyWorkerHandle,
} from './key-worker-client.ts';
import type { KeyWorkerNews, KeyWorkerRequest } from './key-worker-messages.ts';
import { ManualClock, groupOf } from './testing/frame-world.ts';
import type { WebMessagePort } from './web-types.ts';

type Listener = (event: { readonly data: KeyWorkerNews }) => void;

const IDENTITY = { secret: 's', roomId: 'r', peerId: 'p', name: 'n' };
const POINT = { groupId: groupOf(1), epoch: 3 };
const BODY = Uint8Array.of(1, 2);

const requestOf = (request?: KeyWorkerRequest) =>
  request !== undefined && 'request' in request ? request.request : -1;

function makeClient() {
  const clock = new ManualClock();
  const listeners = new Map<string, Listener>();
  const posted: KeyWorkerRequest[] = [];
  const transferred: WebMessagePort[] = [];
  const heard: unknown[] = [];
  const worker: KeyWorkerHandle = {
    postMessage: (message, transfer) => {
      posted.push(message);
      transferred.push(...transfer);
    },
    addEventListener: (type: string, listener: Listener) => {
      listeners.set(type, listener);
    },
  };
  const client = new KeyWorkerClient({
    worker,
    identity: IDENTITY,
    clock,
    listener: {
      onToServer: (message) => heard.push(message),
      onEpoch: (epoch) => heard.push(epoch),
      onMessage: (message) => heard.push(message),
      onTrouble: (trouble) => heard.push(trouble),
      onEnded: () => heard.push('ended'),
      onLost: () => heard.push('lost'),
    },
  });
  const say = (data: KeyWorkerNews) => listeners.get('message')?.({ data });
  const fail = (type: 'error' | 'messageerror') =>
    listeners.get(type)?.({ data: { type: 'trouble', trouble: null } });
  return { client, clock, posted, transferred, heard, say, fail };
}

test('G45 starts the worker, then passes on what it is given', () => {
  const { client, posted, transferred } = makeClient();
  const { port1 } = new MessageChannel();
  client.connectFrames(port1);
  client.handle({ type: 'peer-connected', peerId: 'x' });
  client.open('x', '', BODY);
  expect(posted).toEqual([
    { type: 'start', identity: IDENTITY },
    { type: 'connect-frames', port: port1 },
    { type: 'event', event: { type: 'peer-connected', peerId: 'x' } },
    { type: 'open', from: 'x', to: '', envelope: BODY },
  ]);
  expect(transferred).toEqual([port1]);
  port1.close();
});

test('G45 tells the page what it is told, in order', () => {
  const { heard, say } = makeClient();
  const sender = { leaf: 1, peerId: 'x', name: 'X', signatureKey: 'k' };
  const message = { sender, kind: 1, body: BODY };
  const epoch = { ...POINT, leaf: 1, roster: [sender] };
  say({ type: 'to-server', message: { type: 'ask-record' } });
  say({ type: 'epoch', epoch });
  say({ type: 'message', message });
  say({ type: 'trouble', trouble: 'no-welcome' });
  say({ type: 'trouble', trouble: null });
  expect(heard).toEqual([{ type: 'ask-record' }, epoch, message, 'no-welcome', null]);
});

test('G45 gives each answer to who asked', async () => {
  const { client, clock, posted, heard, say } = makeClient();
  const [one, two, code] = [client.seal(1, BODY), client.seal(2, BODY, 'x'), client.safetyCode()];
  const [, first, second, third] = posted;
  expect([first, second]).toMatchObject([
    { type: 'seal', kind: 1, to: '' },
    { type: 'seal', kind: 2, to: 'x' },
  ]);
  say({ type: 'refused', request: requestOf(second), code: 'rate' });
  say({ type: 'sealed', request: requestOf(first), envelope: BODY });
  const digits = ['1', '2', '3', '4', '5', '6'];
  say({ type: 'safety-code', request: requestOf(third), point: POINT, digits });
  await expect(two).rejects.toMatchObject({ code: 'rate' });
  expect(await one).toEqual(BODY);
  expect(await code).toEqual({ point: POINT, digits });
  clock.advance(10 * KEY_WORKER_ANSWER_MS);
  expect(heard).toEqual([]);
});

test.each(['error', 'messageerror', 'silence'] as const)(
  'G45 %s: the worker is lost, all that waits is rejected, the page hears it once',
  async (how) => {
    const { client, clock, posted, heard, say, fail } = makeClient();
    const waiting = [client.seal(1, BODY), client.safetyCode()];
    const before = posted.length;
    const results = Promise.allSettled(waiting);
    if (how === 'silence') {
      clock.advance(KEY_WORKER_ANSWER_MS - 1);
      expect(heard).toEqual([]);
      clock.advance(1);
    } else fail(how);
    fail('error');
    for (const result of await results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'worker-failed' } });
    }
    await expect(client.seal(1, BODY)).rejects.toMatchObject({ code: 'worker-failed' });
    client.handle({ type: 'peer-connected', peerId: 'x' });
    say({ type: 'trouble', trouble: 'no-welcome' });
    client.close();
    expect(heard).toEqual(['lost']);
    expect(posted).toHaveLength(before);
  },
);

test('G42 G45 closed: wiped once, all rejected, and nothing heard any more', async () => {
  const { client, clock, posted, heard, say, fail } = makeClient();
  const sealing = client.seal(1, BODY);
  const refused = expect(sealing).rejects.toMatchObject({ code: 'closed' });
  client.close();
  client.close();
  await refused;
  await expect(client.safetyCode()).rejects.toMatchObject({ code: 'closed' });
  say({ type: 'trouble', trouble: 'put-out' });
  fail('error');
  clock.advance(10 * KEY_WORKER_ANSWER_MS);
  expect(heard).toEqual([]);
  expect(posted.filter(({ type }) => type === 'wipe')).toHaveLength(1);
});

test('G42 G45 ended by the worker: all is rejected, the page hears it once and nothing after it', async () => {
  const { client, posted, heard, say, fail } = makeClient();
  const refused = expect(client.seal(1, BODY)).rejects.toMatchObject({ code: 'closed' });
  const before = posted.length;
  say({ type: 'trouble', trouble: 'put-out' });
  say({ type: 'ended' });
  say({ type: 'ended' });
  say({ type: 'trouble', trouble: null });
  fail('error');
  await refused;
  await expect(client.safetyCode()).rejects.toMatchObject({ code: 'closed' });
  client.handle({ type: 'peer-connected', peerId: 'x' });
  client.close();
  expect(heard).toEqual(['put-out', 'ended']);
  expect(posted).toHaveLength(before);
});
