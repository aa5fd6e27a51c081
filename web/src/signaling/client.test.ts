// The client against a scripted server: order, gaps, resuming, resets, and what becomes of requests.
import { CLOSE, HEARTBEAT_TIMEOUT_MS, type RoomView } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import { type ClientListener, SignalingClient } from './client.ts';
import { REQUEST_TIMEOUT_MS } from './pending-requests.ts';
import { codeOf } from './request-error.ts';
import { FakeClock } from './testing/fake-clock.ts';
import {
  eventAt,
  joinAnswer,
  peer,
  peerId,
  producerId,
  roomAt,
  sessionToken,
} from './testing/room-samples.ts';
import { ScriptedServer, type ServerSocket } from './testing/scripted-server.ts';

const TOKEN = 'join.token.0123456789';
const LONGEST_BACKOFF_MS = 8_000;

const nothing = (): void => undefined;

const begin = () => {
  const server = new ScriptedServer();
  const clock = new FakeClock();
  const told: string[] = [];
  let wakeUp = nothing;
  const listener: ClientListener = {
    onJoined: ({ room }) => told.push(`joined at ${room.position.version}`),
    onEvent: ({ event, version }) => told.push(`${event} ${version}`),
    onSnapshot: ({ position }) => told.push(`snapshot ${position.version}`),
    onSignal: ({ event }) => told.push(event),
    onConnection: (state) => told.push(state),
    onEnded: (reason) => told.push(`ended: ${reason}`),
  };
  const client = new SignalingClient(
    {
      openSocket: server.openSocket,
      clock,
      random: () => 0.5,
      watchWakeUps: (onWakeUp) => {
        wakeUp = onWakeUp;
        return nothing;
      },
    },
    { token: TOKEN, displayName: 'Ann' },
    listener,
  );
  return { server, clock, told, client, wakeUp: () => wakeUp() };
};

const admit = (socket: ServerSocket, room: RoomView): void => {
  socket.answer(socket.request('join'), joinAnswer(room));
};

const joined = (version = 5) => {
  const scene = begin();
  admit(scene.server.socket.open(), roomAt(version, [peer('me')]));
  scene.told.length = 0;
  return scene;
};

/** The socket is lost, and the next one opens. */
const reopen = ({ server, clock }: ReturnType<typeof begin>): ServerSocket => {
  server.socket.close(1006);
  clock.advance(LONGEST_BACKOFF_MS);
  return server.socket.open();
};

const resumed = (version: number) => eventAt(version, 'peer-resumed', { peerId: peerId('me') });

const codeFrom = (promise: Promise<unknown>): Promise<string | null> =>
  promise.then(
    () => null,
    (error: unknown) => codeOf(error),
  );

test('J1 joins with the token as soon as the socket is open', () => {
  const { server, told } = begin();
  expect(server.socket.received).toEqual([]);
  server.socket.open();
  expect(server.socket.request('join').data).toEqual({
    protocol: 1,
    token: TOKEN,
    displayName: 'Ann',
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
  clock.advance(LONGEST_BACKOFF_MS);
  const socket = server.socket.open();
  expect(socket.request('resume').data).toEqual({
    protocol: 1,
    sessionToken,
    position: roomAt(6).position,
  });
});

test('an answer that is ahead of the events shows a gap, and is asked for again', async () => {
  const scene = joined(5);
  const { server, client, clock } = scene;
  const answer = client.request('set-stream', { source: 'mic', on: true });
  server.socket.answer(server.socket.request('set-stream'), {}, 6);
  expect(scene.told).toEqual(['reconnecting']);
  clock.advance(LONGEST_BACKOFF_MS);
  const socket = server.socket.open();
  socket.answer(socket.request('resume'), { kind: 'events', events: [resumed(6), resumed(7)] });
  socket.answer(socket.request('set-stream'), {});
  expect(await answer).toEqual({});
});

test('J5 resuming delivers what was missed and goes on from there', () => {
  const scene = joined(5);
  const socket = reopen(scene);
  socket.answer(socket.request('resume'), {
    kind: 'events',
    events: [resumed(4), resumed(6), resumed(7)],
  });
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
  socket.answer(socket.request('resume'), { kind: 'snapshot', room: roomAt(90) });
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
  socket.answer(socket.request('resume'), { kind: 'events', events: [] });
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
  socket.answer(socket.request('resume'), { kind: 'events', events: [] });
  expect(socket.methods).toEqual(['resume']);
});

test('V4 the signal room-reset joins again on the same socket, as the same person', async () => {
  const { client, server, told } = joined(5);
  const code = codeFrom(client.request('set-stream', { source: 'mic', on: true }));
  server.socket.say({ event: 'room-reset', data: {} });
  expect(await code).toBe('room-reset');
  expect(server.sockets).toHaveLength(1);
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
  const { client, server } = joined();
  const code = codeFrom(client.request('set-stream', { source: 'mic', on: true }));
  server.socket.refuse(server.socket.request('set-stream'), 'room-reset');
  expect(await code).toBe('room-reset');
  expect(server.socket.request('join').data).toMatchObject({ token: sessionToken });
});

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

test.each(['busy', 'draining', 'internal'])(
  'a join that is refused with %s is tried again',
  (code) => {
    const { server, told, clock } = begin();
    server.socket.open();
    server.socket.refuse(server.socket.request('join'), code);
    clock.advance(LONGEST_BACKOFF_MS);
    expect(server.sockets).toHaveLength(2);
    admit(server.socket.open(), roomAt(1));
    expect(told).toEqual(['reconnecting', 'joined at 1', 'connected']);
  },
);

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
  socket.answer(socket.request('resume'), { kind: 'events', events: [] });
  socket.say({ event: 'heartbeat', data: {} });
  socket.close(1006);
  expect(clock.nextInMs).toBe(187.5);
});

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

test('what is no message of this protocol is passed over', () => {
  const { server, told } = joined(5);
  server.socket.sayText('{');
  server.socket.sayText('{"event":"from-a-newer-server","data":{}}');
  server.socket.say(resumed(6));
  expect(told).toEqual(['peer-resumed 6']);
});
