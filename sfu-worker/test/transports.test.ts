import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { types } from 'mediasoup';
import { dtlsParameters, RECEIVE_CAPABILITIES } from './rtp-fixtures.ts';
import { open } from './support/media-inventory.ts';
import {
  openRoom,
  rejection,
  startMediaWorld,
  times,
  type MediaWorld,
  type TestRoom,
} from './support/media-world.ts';

let world: MediaWorld;
let room: TestRoom;
beforeAll(async () => {
  world = await startMediaWorld();
  room = await openRoom(world.server);
});
afterAll(() => world.close());

const transportOf = (id: string): types.Transport => {
  const found = world.made.transports.find((transport) => transport.id === id);
  if (found === undefined) throw new Error('no such transport');
  return found;
};

describe('a transport', () => {
  it('is made once for each direction, however often it is asked for', async () => {
    const { key } = room.peer();
    const before = world.made.transports.length;
    const sends = times(20, () => world.server.openTransport({ ...key, direction: 'send' }));
    const receives = times(20, () =>
      world.server.openTransport({
        ...key,
        direction: 'receive',
        rtpCapabilities: RECEIVE_CAPABILITIES,
      }),
    );
    const [send, ...otherSends] = await Promise.all(sends);
    const [receive, ...otherReceives] = await Promise.all(receives);
    expect(world.made.transports).toHaveLength(before + 2);
    for (const other of otherSends) expect(other).toEqual(send);
    for (const other of otherReceives) expect(other).toEqual(receive);
    expect(send?.id).not.toBe(receive?.id);
    expect(await world.server.openTransport({ ...key, direction: 'send' })).toEqual(send);
  });

  it('has UDP and TCP candidates on loopback and every description that a browser needs', async () => {
    const { key } = room.peer();
    const description = await world.server.openTransport({ ...key, direction: 'send' });
    expect(
      description.iceCandidates
        .filter(({ address }) => address === '127.0.0.1')
        .map(({ protocol }) => protocol),
    ).toEqual(['udp', 'tcp']);
    expect(description.iceParameters.iceLite).toBe(true);
    expect(description.dtlsParameters.fingerprints.length).toBeGreaterThan(0);
  });

  it('bounds what a peer may send', async () => {
    const id = await room.peer().openSend();
    const [stats] = await transportOf(id).getStats();
    expect(stats).toMatchObject({ maxIncomingBitrate: 12_000_000 });
  });

  it('refuses capabilities with which nothing could be received', async () => {
    const { key } = room.peer();
    const rtpCapabilities = { codecs: [], headerExtensions: [] };
    await expect(
      world.server.openTransport({ ...key, direction: 'receive', rtpCapabilities }),
    ).rejects.toEqual(rejection('bad-parameters'));
  });

  it('is made again when the former one has closed or failed', async () => {
    const peer = room.peer();
    const first = await peer.openSend();
    transportOf(first).close();
    const second = await peer.openSend();
    expect(second).not.toBe(first);
    for (const state of ['failed', 'closed'] as const) {
      const former = await peer.openSend();
      const dtlsState = vi.fn(() => state);
      Object.defineProperty(transportOf(former), 'dtlsState', { get: dtlsState });
      expect(await peer.openSend()).not.toBe(former);
      expect(transportOf(former).closed).toBe(true);
    }
    const silent = await peer.openSend();
    Object.defineProperty(transportOf(silent), 'iceState', { value: 'disconnected' });
    expect(await peer.openSend()).not.toBe(silent);
  });

  it('connects once, to one certificate', async () => {
    const peer = room.peer();
    const connect = (dtls: types.DtlsParameters) =>
      world.server.connectTransport({ ...peer.key, direction: 'send', dtlsParameters: dtls });
    const mine = dtlsParameters();
    await expect(connect(mine)).rejects.toEqual(rejection('not-found'));
    await peer.openSend();
    await Promise.all(times(20, () => connect(mine)));
    await expect(connect(mine)).resolves.toBeUndefined();
    await expect(connect(dtlsParameters())).rejects.toEqual(rejection('bad-parameters'));
    await expect(
      connect({ fingerprints: [{ algorithm: 'sha-256', value: 'AA' }] }),
    ).rejects.toEqual(rejection('bad-parameters'));
  });

  it('can be connected to another certificate when it has been made again', async () => {
    const peer = room.peer();
    const key = { ...peer.key, direction: 'send' } as const;
    const first = await peer.openSend();
    await world.server.connectTransport({ ...key, dtlsParameters: dtlsParameters() });
    transportOf(first).close();
    await expect(
      world.server.connectTransport({ ...key, dtlsParameters: dtlsParameters() }),
    ).rejects.toEqual(rejection('not-found'));
    await peer.openSend();
    await world.server.connectTransport({ ...key, dtlsParameters: dtlsParameters() });
  });

  it('closes with its peer, also while it is being made', async () => {
    const peer = room.peer();
    await Promise.all([peer.openSend(), peer.openReceive()]);
    await world.server.closePeer(peer.key);
    await world.server.closePeer(peer.key);
    const before = open(world.made.transports).length;
    const opening = peer.openSend();
    await Promise.all([
      expect(opening).rejects.toEqual(rejection('not-found')),
      world.server.closePeer(peer.key),
    ]);
    expect(open(world.made.transports)).toHaveLength(before);
    expect(await peer.openSend()).toEqual(expect.any(String));
  });
});
