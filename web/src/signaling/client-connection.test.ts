// The client against a scripted server: getting in, staying, giving up, and leaving.
import { CLOSE, HEARTBEAT_TIMEOUT_MS } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import { MOST_BACKOFF_MS } from './backoff.ts';
import { admit, begin, codeFrom, joined, takeUp } from './testing/client-scene.ts';
import { roomAt } from './testing/room-samples.ts';

test.each(['room-full', 'unauthorized', 'room-not-found', 'upgrade-required'])(
  'a join that is refused with %s ends the call',
  (code) => {
    const { server, told, clock } = begin();
    server.socket.open();
    server.socket.refuse(server.socket.request('join'), code);
    expect(told).toEqual([`ended: ${code}`]);
    expect(clock.pending).toBe(0);
  },
);

test.each(['draining', 'internal'])('a join that is refused with %s is tried again', (code) => {
  const { server, told, clock } = begin();
  server.socket.open();
  server.socket.refuse(server.socket.request('join'), code);
  clock.advance(MOST_BACKOFF_MS);
  expect(server.sockets).toHaveLength(2);
  admit(server.socket.open(), roomAt(1));
  expect(told).toEqual(['reconnecting', 'joined at 1', 'connected']);
});

test('a server that never answers the first join is unreachable', () => {
  const { server, told, clock } = begin();
  clock.advance(60_000);
  expect(told.at(-1)).toBe('ended: unreachable');
  expect(server.sockets.length).toBeGreaterThan(1);
  expect(clock.pending).toBe(0);
});

test('once joined it tries for as long as it takes', () => {
  const { server, clock, told } = joined();
  server.socket.close(1006);
  clock.advance(3_600_000);
  expect(told).not.toContain('ended: unreachable');
  const socket = server.socket.open();
  expect(socket.methods).toEqual(['resume']);
});

test('J3 a session that goes on elsewhere ends here, and does not come back', () => {
  const { server, told, clock } = joined();
  server.socket.close(CLOSE.replaced);
  expect(told).toEqual(['ended: replaced']);
  expect(clock.pending).toBe(0);
});

test('S2 answers each beat', () => {
  const { server, told } = joined();
  server.socket.say({ event: 'heartbeat', data: {} });
  expect(server.socket.methods).toEqual(['join', 'heartbeat']);
  server.socket.answer(server.socket.request('heartbeat'), {});
  expect(told).toEqual([]);
});

test('S2 a socket that has gone silent is given up and the session resumed', () => {
  const { server, clock, told } = joined();
  clock.advance(HEARTBEAT_TIMEOUT_MS - 1);
  server.socket.say({ event: 'heartbeat', data: {} });
  clock.advance(HEARTBEAT_TIMEOUT_MS - 1);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual(['reconnecting']);
  expect(server.sockets[0]?.closedWith).toBe(CLOSE.silent);
});

test('backs off further with each failure, and begins anew after a beat', () => {
  const { server, clock } = joined();
  const waits = [0, 1, 2].map(() => {
    server.socket.close(1006);
    const wait = clock.nextInMs;
    clock.advance(wait ?? 0);
    return wait;
  });
  expect(waits).toEqual([187.5, 375, 750]);
  const socket = server.socket.open();
  takeUp(socket);
  socket.say({ event: 'heartbeat', data: {} });
  socket.close(1006);
  expect(clock.nextInMs).toBe(187.5);
});

test.each([0, 0.5, 0.999])(
  'J5 after 40 s without a server it tries again before it is taken for gone (jitter %f)',
  (random) => {
    const { server, clock } = joined(5, random);
    const lostAt = clock.now();
    server.socket.close(1006);
    while (clock.now() - lostAt < 40_000) {
      clock.advance(clock.nextInMs ?? 0);
      if (clock.now() - lostAt < 40_000) server.socket.close(1006);
    }
    // With a second for the socket and the resume.
    expect(clock.now() - lostAt).toBeLessThanOrEqual(44_000);
    takeUp(server.socket.open());
    expect(server.socket.methods).toEqual(['resume']);
  },
);

test('connects at once when the network or the person is back', () => {
  const { server, wakeUp } = joined();
  server.socket.close(1006);
  expect(server.sockets).toHaveLength(1);
  wakeUp();
  expect(server.sockets).toHaveLength(2);
});

test('probes a socket that may have died unnoticed', () => {
  const { server, wakeUp, clock, told } = joined();
  wakeUp();
  server.socket.answer(server.socket.request('heartbeat'), {});
  clock.advance(5_000);
  expect(told).toEqual([]);
  wakeUp();
  clock.advance(5_000);
  expect(told).toEqual(['reconnecting']);
});

test('asking a socket again and again gives it no more time', () => {
  const { wakeUp, clock, told } = joined();
  wakeUp();
  clock.advance(3_000);
  wakeUp();
  clock.advance(1_000);
  expect(told).toEqual(['reconnecting']);
});

test('a socket that opens over a network that is gone is replaced in seconds, not after ten', () => {
  const { server, wakeUp, clock } = joined();
  server.socket.close(1006);
  clock.advance(MOST_BACKOFF_MS);
  expect(server.sockets).toHaveLength(2);
  wakeUp();
  clock.advance(4_000 + 500);
  expect(server.sockets).toHaveLength(3);
});

test('a socket that opened after being asked has the time of any other', () => {
  const { server, wakeUp, clock, told } = joined();
  server.socket.close(1006);
  wakeUp();
  wakeUp();
  clock.advance(3_000);
  takeUp(server.socket.open());
  clock.advance(HEARTBEAT_TIMEOUT_MS - 1);
  expect(told).toEqual(['reconnecting', 'connected']);
});

test('restarting ICE asks the socket too, and is asked for over the next one when it is dead', async () => {
  const { server, client, clock, told } = joined();
  const data = { direction: 'send', placement: 1, transportId: 'old' } as const;
  const answer = client.request('restart-ice', data);
  expect(server.socket.methods).toEqual(['join', 'restart-ice', 'heartbeat']);
  clock.advance(4_000 + MOST_BACKOFF_MS);
  const socket = server.socket.open();
  takeUp(socket);
  expect(told).toEqual(['reconnecting', 'connected']);
  const iceParameters = { usernameFragment: 'fragment', password: 'password' };
  socket.answer(socket.request('restart-ice'), { iceParameters });
  expect(await answer).toEqual({ iceParameters });
});

test('J6 leaving says so and closes with the code that means it', async () => {
  const { server, client, told, clock } = joined();
  const code = codeFrom(client.request('set-stream', { source: 'mic', on: true }));
  client.leave();
  client.leave();
  expect(server.socket.methods).toEqual(['join', 'set-stream', 'leave']);
  expect(server.socket.closedWith).toBe(CLOSE.leave);
  expect(await code).toBe('closed');
  expect(await codeFrom(client.request('heartbeat', {}))).toBe('closed');
  expect(told).toEqual([]);
  expect(clock.pending).toBe(0);
});
