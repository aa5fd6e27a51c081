import { signal } from '@preact/signals';
import type { IceServer } from '@sotto/signaling/protocol';
import { Device, type types } from 'mediasoup-client';
import * as fake from 'mediasoup-client/fakeParameters';
import { FakeHandler } from 'mediasoup-client/handlers/FakeHandler';
import { afterEach, expect, test, vi } from 'vitest';
import { MOST_BACKOFF_MS } from '../signaling/backoff.ts';
import { joined, takeUp } from '../signaling/testing/client-scene.ts';
import { settled } from '../signaling/testing/turns.ts';
import { openTransport } from './transport.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const iceParameters = { usernameFragment: 'new fragment', password: 'new password' };
const relay = (username: string): IceServer => ({ urls: ['turn:turn.test'], username });

const handlerOf = (transport: types.Transport): FakeHandler => {
  if (!(transport.handler instanceof FakeHandler)) throw new Error('not a fake');
  return transport.handler;
};

/** A transport over a scripted server, opened and connected. */
const connected = async (direction: 'send' | 'receive' = 'send') => {
  const restarts = vi.spyOn(FakeHandler.prototype, 'restartIce');
  const updates = vi.spyOn(FakeHandler.prototype, 'updateIceServers');
  const { server, client, clock } = joined();
  const device = await Device.factory({ handlerFactory: FakeHandler.createFactory(fake) });
  await device.load({ routerRtpCapabilities: fake.generateRouterRtpCapabilities() });
  const connection = signal<'connected' | 'reconnecting'>('connected');
  const networkListeners = new Set<() => void>();
  const iceListeners = new Set<(current: readonly IceServer[]) => void>();
  const told: string[] = [];
  const opening = openTransport(
    {
      request: (method, data) => client.request(method, data),
      device,
      clock,
      network: {
        iceServers: {
          current: [relay('first')],
          subscribe: (onChange) => {
            iceListeners.add(onChange);
            return () => iceListeners.delete(onChange);
          },
        },
        watchChanges: (onChange) => {
          networkListeners.add(onChange);
          return () => networkListeners.delete(onChange);
        },
        connection,
      },
      placement: 7,
      instead: undefined,
      onConnected: () => told.push('connected'),
      onFailed: () => told.push('failed'),
    },
    direction,
  );
  const description = fake.generateTransportRemoteParameters();
  server.socket.answer(server.socket.request('open-transport'), description);
  const transport = await opening;
  const handler = handlerOf(transport);
  handler.setConnectionState('connecting');
  handler.setConnectionState('connected');
  return {
    server,
    clock,
    told,
    transport,
    handler,
    connection,
    restarts,
    updates,
    listeners: [networkListeners, iceListeners] as const,
    changeNetwork: () => {
      for (const listener of networkListeners) listener();
      clock.advance(500);
    },
    renew: (current: readonly IceServer[]) => {
      for (const listener of iceListeners) listener(current);
    },
    /** How often the server was asked for new credentials, over all sockets. */
    asks: () =>
      server.sockets.flatMap(({ methods }) => methods).filter((name) => name === 'restart-ice')
        .length,
  };
};

test.each(['send', 'receive'] as const)(
  'M10 to %s: disconnected for a second, it gets new ICE credentials and goes on',
  async (direction) => {
    const { server, clock, told, transport, handler, restarts } = await connected(direction);
    handler.setConnectionState('disconnected');
    clock.advance(1_000);
    const asked = server.socket.request('restart-ice');
    expect(asked.data).toEqual({ direction, placement: 7, transportId: transport.id });
    server.socket.answer(asked, { iceParameters });
    await settled();
    expect(restarts.mock.calls).toEqual([[iceParameters]]);
    handler.setConnectionState('connected');
    clock.advance(20_000);
    expect(told).toEqual(['connected', 'connected']);
    expect(transport.closed).toBe(false);
  },
);

test('M10 a network that changed restarts what still seems to be connected, never twice at once', async () => {
  const { server, clock, told, changeNetwork, asks } = await connected();
  changeNetwork();
  changeNetwork();
  expect(asks()).toBe(1);
  server.socket.answer(server.socket.request('restart-ice'), { iceParameters });
  await settled();
  server.socket.answer(server.socket.request('restart-ice'), { iceParameters });
  await settled();
  clock.advance(20_000);
  expect(asks()).toBe(2);
  expect(told).toEqual(['connected']);
});

test('M10 not connected ten seconds after a restart, it has failed', async () => {
  const { server, clock, told, handler } = await connected();
  handler.setConnectionState('failed');
  server.socket.answer(server.socket.request('restart-ice'), { iceParameters });
  await settled();
  clock.advance(9_999);
  expect(told).toEqual(['connected']);
  clock.advance(1);
  expect(told).toEqual(['connected', 'failed']);
});

test.each(['not-found', 'media-unavailable'])(
  'M10 a restart that is refused with %s fails what is not connected',
  async (code) => {
    const { server, told, handler } = await connected();
    handler.setConnectionState('failed');
    server.socket.refuse(server.socket.request('restart-ice'), code);
    await settled();
    expect(told).toEqual(['connected', 'failed']);
  },
);

test('M10 credentials that the browser does not take fail what is not connected', async () => {
  const { server, told, handler, restarts } = await connected();
  restarts.mockRejectedValueOnce(new DOMException('no', 'InvalidAccessError'));
  handler.setConnectionState('failed');
  server.socket.answer(server.socket.request('restart-ice'), { iceParameters });
  await settled();
  expect(told).toEqual(['connected', 'failed']);
});

test.each(['stale-placement', 'room-reset'])(
  'M10 a restart that is refused with %s is left to who makes the next session',
  async (code) => {
    const { server, clock, told, handler, asks } = await connected();
    handler.setConnectionState('failed');
    server.socket.refuse(server.socket.request('restart-ice'), code);
    await settled();
    handler.setConnectionState('failed');
    clock.advance(20_000);
    expect(told).toEqual(['connected']);
    expect(asks()).toBe(1);
  },
);

test('M10 while signaling is away nothing fails; with it the restart is asked for', async () => {
  const { server, clock, told, handler, connection, asks } = await connected();
  server.socket.close(1006);
  connection.value = 'reconnecting';
  handler.setConnectionState('disconnected');
  handler.setConnectionState('failed');
  clock.advance(40_000);
  expect(asks()).toBe(0);
  takeUp(server.socket.open());
  connection.value = 'connected';
  server.socket.answer(server.socket.request('restart-ice'), { iceParameters });
  await settled();
  handler.setConnectionState('connected');
  clock.advance(10_000);
  expect(told).toEqual(['connected', 'connected']);
});

test.each(['rate-limited', 'busy'])(
  'M10 a restart that is refused with %s is asked for again',
  async (code) => {
    const { server, clock, told, handler, asks } = await connected();
    handler.setConnectionState('failed');
    server.socket.refuse(server.socket.request('restart-ice'), code);
    await settled();
    clock.advance(1_000);
    expect(asks()).toBe(2);
    expect(told).toEqual(['connected']);
  },
);

test('M10 a restart whose socket was dead is asked for until there is an answer', async () => {
  const { server, clock, told, handler, asks } = await connected();
  handler.setConnectionState('failed');
  // Longer than any request waits, with every socket dead.
  clock.advance(30_000);
  await settled();
  clock.advance(MOST_BACKOFF_MS);
  takeUp(server.socket.open());
  expect(asks()).toBe(2);
  server.socket.answer(server.socket.request('restart-ice'), { iceParameters });
  await settled();
  handler.setConnectionState('connected');
  clock.advance(10_000);
  expect(told).toEqual(['connected', 'connected']);
});

test('it begins with the ICE servers of now, and is given those that come', async () => {
  const factory = vi.spyOn(Device.prototype, 'createSendTransport');
  const { renew, updates } = await connected();
  expect(factory.mock.calls[0]?.[0].iceServers).toEqual([relay('first')]);
  renew([relay('second')]);
  await settled();
  expect(updates.mock.calls).toEqual([[[relay('second')]]]);
});

test('closed, it listens to nothing and asks for nothing', async () => {
  const { clock, told, transport, handler, listeners, changeNetwork, asks } = await connected();
  handler.setConnectionState('disconnected');
  transport.close();
  changeNetwork();
  clock.advance(20_000);
  expect(listeners.map(({ size }) => size)).toEqual([0, 0]);
  expect(asks()).toBe(0);
  expect(told).toEqual(['connected']);
});
