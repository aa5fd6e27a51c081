// The client against a scripted server: order, gaps, resuming, resets, and what becomes of requests.
import { CLOSE, PROTOCOL_VERSION } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import { MOST_BACKOFF_MS } from './backoff.ts';
import { REJOIN_SPREAD_MS } from './client.ts';
import { REQUEST_TIMEOUT_MS } from './pending-requests.ts';
import {
  admit,
  begin,
  codeFrom,
  joined,
  reopen,
  resumed,
  takeUp,
  TOKEN,
} from './testing/client-scene.ts';
import { peerId, producerId, roomAt, sessionToken } from './testing/room-samples.ts';

test('J1 joins with the token as soon as the socket is open', () => {
  const { server, told } = begin();
  expect(server.socket.received).toEqual([]);
  server.socket.open();
  expect(server.socket.request('join').data).toEqual({
    protocol: PROTOCOL_VERSION,
    token: TOKEN,
    direct: true,
  });
  admit(server.socket, roomAt(5));
  expect(told).toEqual(['joined at 5', 'connected']);
});

test('a request is answered as its schema has it', async () => {
  const { server, client } = joined();
  const answer = client.request('consume', { placement: 1, producerIds: [producerId('a')] });
  const request = server.socket.request('consume');
  expect(request.data).toEqual({ placement: 1, producerIds: [producerId('a')] });
  server.socket.answer(request, { consumers: [], more: 'is left out' });
  expect(await answer).toEqual({ consumers: [] });
});

test('an answer that is none of that request is rejected', async () => {
  const { server, client } = joined();
  const code = codeFrom(client.request('consume', { placement: 1, producerIds: [] }));
  server.socket.answer(server.socket.request('consume'), { consumers: 'none' });
  expect(await code).toBe('bad-answer');
});

test('a refusal rejects with its code', async () => {
  const { server, client } = joined();
  const code = codeFrom(client.request('set-stream', { source: 'mic', on: true }));
  server.socket.refuse(server.socket.request('set-stream'), 'rate-limited');
  expect(await code).toBe('rate-limited');
});

test('V3 events are delivered once and in order; known ones are dropped', () => {
  const { server, told } = joined(5);
  for (const version of [5, 6, 6, 7, 3]) server.socket.say(resumed(version));
  expect(told).toEqual(['peer-resumed 6', 'peer-resumed 7']);
});

test('a gap reconnects, and resumes from what was delivered', () => {
  const { server, clock, told } = joined(5);
  server.socket.say(resumed(6));
  server.socket.say(resumed(8));
  expect(told).toEqual(['peer-resumed 6', 'reconnecting']);
  expect(server.socket.closedWith).toBe(CLOSE.silent);
  clock.advance(MOST_BACKOFF_MS);
  const socket = server.socket.open();
  expect(socket.request('resume').data).toEqual({
    protocol: PROTOCOL_VERSION,
    sessionToken,
    position: roomAt(6).position,
    lastMessage: 0,
  });
});

test('an answer that is ahead of the events shows a gap, and is asked for again', async () => {
  const scene = joined(5);
  const { server, client, clock } = scene;
  const answer = client.request('set-stream', { source: 'mic', on: true });
  server.socket.answer(server.socket.request('set-stream'), {}, 6);
  expect(scene.told).toEqual(['reconnecting']);
  clock.advance(MOST_BACKOFF_MS);
  const socket = server.socket.open();
  takeUp(socket, { events: [resumed(6), resumed(7)] });
  socket.answer(socket.request('set-stream'), {});
  expect(await answer).toEqual({});
});

test('J5 resuming delivers what was missed and goes on from there', () => {
  const scene = joined(5);
  const socket = reopen(scene);
  takeUp(socket, { events: [resumed(4), resumed(6), resumed(7)] });
  socket.say(resumed(8));
  expect(scene.told).toEqual([
    'reconnecting',
    'peer-resumed 6',
    'peer-resumed 7',
    'connected',
    'peer-resumed 8',
  ]);
});

test('V6 resuming with a snapshot delivers it', () => {
  const scene = joined(5);
  const socket = reopen(scene);
  socket.answer(socket.request('resume'), {
    kind: 'snapshot',
    room: roomAt(90),
    messages: [],
  });
  socket.say(resumed(91));
  expect(scene.told).toEqual(['reconnecting', 'snapshot 90', 'connected', 'peer-resumed 91']);
});

test('pending requests are sent again after the resume, in their order, and keep their promises', async () => {
  const scene = joined();
  const { client, server } = scene;
  const first = client.request('set-stream', { source: 'mic', on: true });
  const before = server.socket.request('set-stream');
  const socket = reopen(scene);
  const second = client.request('close-stream', { source: 'screen' });
  expect(socket.methods).toEqual(['resume']);
  takeUp(socket);
  expect(socket.methods).toEqual(['resume', 'set-stream', 'close-stream']);
  expect(socket.request('set-stream')).toEqual(before);
  socket.answer(socket.request('set-stream'), {});
  socket.answer(socket.request('close-stream'), {});
  expect(await first).toEqual({});
  expect(await second).toEqual({});
});

test('a request that has waited too long is rejected and not sent any more', async () => {
  const scene = joined();
  const { client, server, clock } = scene;
  const code = codeFrom(client.request('set-stream', { source: 'mic', on: true }));
  server.socket.close(1006);
  clock.advance(REQUEST_TIMEOUT_MS);
  expect(await code).toBe('timeout');
  const socket = server.socket.open();
  takeUp(socket);
  expect(socket.methods).toEqual(['resume']);
});

test('V4 the signal room-reset joins again on the same socket, as the same person', async () => {
  const { client, server, told, clock } = joined(5);
  const code = codeFrom(client.request('set-stream', { source: 'mic', on: true }));
  server.socket.say({ event: 'room-reset', data: {} });
  expect(await code).toBe('room-reset');
  expect(server.sockets).toHaveLength(1);
  clock.advance(REJOIN_SPREAD_MS);
  expect(server.socket.request('join').data).toMatchObject({ token: sessionToken });
  admit(server.socket, roomAt(1));
  server.socket.say(resumed(2));
  expect(told).toEqual(['reconnecting', 'joined at 1', 'connected', 'peer-resumed 2']);
});

test('V4 a resume that is refused with room-reset joins again', () => {
  const scene = joined();
  const socket = reopen(scene);
  socket.refuse(socket.request('resume'), 'room-reset');
  expect(socket.request('join').data).toMatchObject({ token: sessionToken });
  admit(socket, roomAt(2));
  expect(scene.told.slice(-2)).toEqual(['joined at 2', 'connected']);
});

test('a request that is refused with room-reset joins again', async () => {
  const { client, server, clock } = joined();
  const code = codeFrom(client.request('set-stream', { source: 'mic', on: true }));
  server.socket.refuse(server.socket.request('set-stream'), 'room-reset');
  expect(await code).toBe('room-reset');
  clock.advance(REJOIN_SPREAD_MS);
  expect(server.socket.request('join').data).toMatchObject({ token: sessionToken });
});

test('what is no message of this protocol is passed over', () => {
  const { server, told } = joined(5);
  server.socket.sayText('{');
  server.socket.sayText('{"event":"from-a-newer-server","data":{}}');
  server.socket.say(resumed(6));
  expect(told).toEqual(['peer-resumed 6']);
});

const message = (seq: number) => ({ seq, from: peerId('bob'), envelope: 'AAAA' });

test('K7 messages are delivered once, those missed after the events that were missed', () => {
  const scene = joined(5);
  const tell = (seq: number) =>
    scene.server.socket.say({ event: 'app-message', data: { message: message(seq) } });
  for (const seq of [3, 3, 7, 5]) tell(seq);
  expect(scene.told).toEqual(['message 3', 'message 7']);
  scene.told.length = 0;
  const socket = reopen(scene);
  expect(socket.request('resume').data).toMatchObject({ lastMessage: 7 });
  takeUp(socket, { messages: [message(7), message(8)], events: [resumed(6)] });
  tell(8);
  tell(9);
  const heard = ['peer-resumed 6', 'message 8', 'connected', 'message 9'];
  expect(scene.told).toEqual(['reconnecting', ...heard]);
});

test('K7 a room that was made again has a ring of its own', () => {
  const { server, told, clock } = joined(5);
  const tell = (seq: number) =>
    server.socket.say({ event: 'app-message', data: { message: message(seq) } });
  tell(40);
  server.socket.say({ event: 'room-reset', data: {} });
  clock.advance(REJOIN_SPREAD_MS);
  admit(server.socket, roomAt(1));
  tell(1);
  expect(told.slice(-1)).toEqual(['message 1']);
});
