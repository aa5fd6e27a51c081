// A server whose store is away: what the client asks again, when, and what nobody hears of (PROTOCOL S3–S7).
import { CLOSE } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import { MOST_BACKOFF_MS } from './backoff.ts';
import { FIRST_JOIN_TIMEOUT_MS, REJOIN_SPREAD_MS } from './client.ts';
import { REQUEST_TIMEOUT_MS } from './pending-requests.ts';
import { admit, begin, codeFrom, joined, reopen, takeUp } from './testing/client-scene.ts';
import { roomAt, sessionToken } from './testing/room-samples.ts';
import type { ServerSocket } from './testing/scripted-server.ts';

const MIC_ON = { source: 'mic', on: true } as const;
const MIC_OFF = { source: 'mic', on: false } as const;
const CAM_ON = { source: 'cam', on: true } as const;

const refuse = (socket: ServerSocket, method: string): void =>
  socket.refuse(socket.request(method), 'unavailable');

const times = (socket: ServerSocket, method: string): number =>
  socket.methods.filter((one) => one === method).length;

test('S4 what cannot be done now is asked again for as long as it takes, and told when it is done', async () => {
  const { server, client, clock, told } = joined();
  let outcome = 'none';
  const done = client.request('set-stream', MIC_ON).then(
    () => (outcome = 'done'),
    () => (outcome = 'refused'),
  );
  const pending = clock.pending;
  for (let minutes = 0; minutes < 10; minutes += 1) {
    for (let seconds = 0; seconds < 60; seconds += 3) {
      refuse(server.socket, 'set-stream');
      server.socket.say({ event: 'heartbeat', data: {} });
      clock.advance(MOST_BACKOFF_MS);
    }
  }
  expect(outcome).toBe('none');
  // One at a time, and nothing piles up.
  expect(times(server.socket, 'set-stream')).toBe(201);
  expect(clock.pending).toBe(pending);
  const asked = server.socket.received.filter(({ method }) => method === 'set-stream');
  expect(new Set(asked.map(({ id }) => id)).size).toBe(1);
  server.socket.answer(server.socket.request('set-stream'), {});
  await done;
  expect(outcome).toBe('done');
  expect(told).toEqual([]);
  expect(server.sockets).toHaveLength(1);
});

test('S4 requests of one kind keep their order, and others go on', async () => {
  const { server, client, clock } = joined();
  const first = client.request('set-stream', MIC_ON);
  refuse(server.socket, 'set-stream');
  const second = client.request('set-stream', MIC_OFF);
  const third = client.request('set-stream', CAM_ON);
  const media = client.request('view', { placement: 1, view: {} });
  expect(times(server.socket, 'set-stream')).toBe(1);
  server.socket.answer(server.socket.request('view'), {});
  await media;
  clock.advance(MOST_BACKOFF_MS);
  const asked = server.socket.received.filter(({ method }) => method === 'set-stream');
  expect(asked.map(({ data }) => data)).toEqual([MIC_ON, MIC_ON, MIC_OFF, CAM_ON]);
  for (const request of asked.slice(1)) server.socket.answer(request, {});
  await Promise.all([first, second, third]);
  void client.request('set-stream', MIC_OFF);
  expect(times(server.socket, 'set-stream')).toBe(5);
});

test('S4 each time in vain it waits for longer, and after a fact of the room not any more', () => {
  const { server, client, clock } = joined();
  void client.request('set-stream', MIC_ON);
  const waits: (number | null)[] = [];
  for (let tries = 0; tries < 6; tries += 1) {
    refuse(server.socket, 'set-stream');
    waits.push(clock.nextInMs);
    clock.advance(clock.nextInMs ?? 0);
  }
  expect(waits).toEqual([187.5, 375, 750, 1_500, 2_250, 2_250]);
  server.socket.answer(server.socket.request('set-stream'), {}, 5);
  void client.request('set-stream', MIC_OFF);
  refuse(server.socket, 'set-stream');
  expect(clock.nextInMs).toBe(187.5);
});

test('K7 what is said now is asked again, and given up in the time of any request', async () => {
  const { server, client, clock } = joined();
  const code = codeFrom(client.request('app-message', { envelope: 'AAAA' }));
  for (let passedMs = 0; passedMs < REQUEST_TIMEOUT_MS; passedMs += 2_500) {
    refuse(server.socket, 'app-message');
    clock.advance(2_500);
  }
  expect(await code).toBe('timeout');
  const sent = times(server.socket, 'app-message');
  expect(sent).toBeGreaterThan(3);
  server.socket.say({ event: 'heartbeat', data: {} });
  clock.advance(5 * MOST_BACKOFF_MS);
  expect(times(server.socket, 'app-message')).toBe(sent);
});

test('a lost socket has each sent again once, over the next one', () => {
  const scene = joined();
  const { server, client, clock } = scene;
  void client.request('set-stream', MIC_ON);
  refuse(server.socket, 'set-stream');
  void client.request('set-stream', MIC_OFF);
  const socket = reopen(scene);
  takeUp(socket);
  expect(socket.methods).toEqual(['resume', 'set-stream', 'set-stream']);
  clock.advance(2 * MOST_BACKOFF_MS);
  expect(times(socket, 'set-stream')).toBe(2);
});

test('S4 a join that cannot be now is asked for again on the same socket, for as long as it is said', () => {
  const { server, clock, told } = begin();
  server.socket.open();
  for (let tries = 0; tries < 40; tries += 1) {
    refuse(server.socket, 'join');
    clock.advance(MOST_BACKOFF_MS);
  }
  expect(server.sockets).toHaveLength(1);
  expect(times(server.socket, 'join')).toBe(41);
  expect(new Set(told)).toEqual(new Set(['delayed']));
  admit(server.socket, roomAt(1));
  expect(told.slice(-2)).toEqual(['joined at 1', 'connected']);
});

test('S4 a server that has said so, and then nothing, is unreachable in the time of any', () => {
  const { server, clock, told } = begin();
  server.socket.open();
  clock.advance(FIRST_JOIN_TIMEOUT_MS - 1);
  refuse(server.socket, 'join');
  clock.advance(FIRST_JOIN_TIMEOUT_MS - 1);
  expect(told).not.toContain('ended: unreachable');
  clock.advance(1);
  expect(told.at(-1)).toBe('ended: unreachable');
  expect(clock.pending).toBe(0);
});

test('S2 S4 closed for not having joined, it goes on over another socket', () => {
  const { server, clock, told } = begin();
  const first = server.socket.open();
  refuse(first, 'join');
  first.close(CLOSE.notJoined);
  clock.advance(MOST_BACKOFF_MS);
  expect(server.sockets).toHaveLength(2);
  admit(server.socket.open(), roomAt(1));
  clock.advance(MOST_BACKOFF_MS);
  expect(times(first, 'join')).toBe(1);
  expect(told.at(-1)).toBe('connected');
});

test('S4 a resume that cannot be now is asked for again, and what is missed is told once', () => {
  const scene = joined();
  const socket = reopen(scene);
  refuse(socket, 'resume');
  scene.clock.advance(MOST_BACKOFF_MS);
  refuse(socket, 'resume');
  scene.clock.advance(MOST_BACKOFF_MS);
  takeUp(socket);
  expect(socket.methods).toEqual(['resume', 'resume', 'resume']);
  expect(scene.told).toEqual(['reconnecting', 'connected']);
});

test.each([0, 0.25, 0.999])('S7 all who lose a room come back spread out (jitter %f)', (random) => {
  const { server, clock } = joined(5, random);
  server.socket.say({ event: 'room-reset', data: {} });
  const waitMs = REJOIN_SPREAD_MS * random;
  if (waitMs > 0) clock.advance(waitMs - 0.001);
  expect(times(server.socket, 'join')).toBe(waitMs > 0 ? 1 : 2);
  clock.advance(0.001);
  expect(times(server.socket, 'join')).toBe(2);
  expect(server.socket.request('join').data).toMatchObject({ token: sessionToken });
});

test('S7 a socket that is lost while it waits is not greeted any more; the next one is', () => {
  const scene = joined(5, 0.999);
  const { server } = scene;
  const first = server.socket;
  first.say({ event: 'room-reset', data: {} });
  const second = reopen(scene);
  scene.clock.advance(10 * REJOIN_SPREAD_MS);
  expect(times(first, 'join')).toBe(1);
  expect(second.methods).toEqual(['join']);
});

test('whoever leaves meanwhile leaves nothing behind', async () => {
  const { server, client, clock } = joined();
  const code = codeFrom(client.request('set-stream', MIC_ON));
  refuse(server.socket, 'set-stream');
  client.leave();
  expect(await code).toBe('closed');
  expect(clock.pending).toBe(0);
  expect(server.socket.methods.at(-1)).toBe('leave');
});

test('V1 a join that is refused with busy is asked again on the same socket', () => {
  const { server, told, clock } = begin();
  server.socket.open();
  server.socket.refuse(server.socket.request('join'), 'busy');
  clock.advance(MOST_BACKOFF_MS);
  expect([server.sockets.length, times(server.socket, 'join')]).toEqual([1, 2]);
  admit(server.socket, roomAt(1));
  expect(told.slice(-2)).toEqual(['joined at 1', 'connected']);
});

test('V4 who hears of a reset while a join is under way waits for its answer', () => {
  const { server, clock } = joined();
  server.socket.say({ event: 'room-reset', data: {} });
  clock.advance(REJOIN_SPREAD_MS);
  // Of the room before: the join is into the one that there is now.
  server.socket.say({ event: 'room-reset', data: {} });
  clock.advance(REJOIN_SPREAD_MS);
  expect(times(server.socket, 'join')).toBe(2);
});
