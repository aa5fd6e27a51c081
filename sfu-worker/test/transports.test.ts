import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { types } from 'mediasoup';
import { dtlsParameters, RECEIVE_CAPABILITIES } from './rtp-fixtures.ts';
import { open } from './support/media-inventory.ts';
import {
  describeOver,
  openRoom,
  rejection,
  startMediaWorld,
  times,
  type MediaWorld,
  type TestRoom,
} from './support/media-world.ts';

const isWebRtc = (transport: types.Transport): transport is types.WebRtcTransport =>
  transport.type === 'webrtc';

describeOver((over) => {
  let world: MediaWorld;
  let room: TestRoom;
  beforeAll(async () => {
    world = await startMediaWorld(over);
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

    it('gets new ICE credentials, and keeps what runs over it', async () => {
      const [ada, bob] = [room.peer(), room.peer()];
      const [id] = await Promise.all([ada.openSend(), bob.openReceive()]);
      const key = { ...ada.key, direction: 'send' } as const;
      const dtls = dtlsParameters();
      await world.server.connectTransport({ ...key, dtlsParameters: dtls });
      const mic = await ada.produce('mic');
      const before = await world.server.openTransport(key);
      const iceParameters = await world.server.restartIce({ ...key, transportId: id });
      expect(iceParameters.usernameFragment).not.toBe(before.iceParameters.usernameFragment);
      expect(iceParameters.password).not.toBe(before.iceParameters.password);
      // Who asks for the transport again is told of the credentials that hold now.
      expect(await world.server.openTransport(key)).toEqual({ ...before, iceParameters });
      await world.server.connectTransport({ ...key, dtlsParameters: dtls });
      expect(await bob.consume(mic)).toHaveLength(1);
      expect(transportOf(id).closed).toBe(false);
    });

    it('restarts ICE only where it is the one that is open', async () => {
      const peer = room.peer();
      const key = { ...peer.key, direction: 'send' } as const;
      const restart = (transportId: string) => world.server.restartIce({ ...key, transportId });
      await expect(restart('x')).rejects.toEqual(rejection('not-found'));
      const former = await peer.openSend();
      const { id } = await world.server.openTransport({ ...key, instead: former });
      await expect(restart(former)).rejects.toEqual(rejection('not-found'));
      const { id: other } = await world.server.openTransport({
        ...peer.key,
        direction: 'receive',
        rtpCapabilities: RECEIVE_CAPABILITIES,
      });
      await expect(restart(other)).rejects.toEqual(rejection('not-found'));
      await restart(id);
      transportOf(id).close();
      await expect(restart(id)).rejects.toEqual(rejection('not-found'));
      const stale = { ...key, placement: key.placement + 1, transportId: id };
      await expect(world.server.restartIce(stale)).rejects.toEqual(rejection('stale-placement'));
    });

    it('that lost its other end is not taken for dead between an ICE restart and its end', async () => {
      const peer = room.peer();
      const id = await peer.openSend();
      const transport = transportOf(id);
      if (!isWebRtc(transport)) throw new Error('a transport of WebRTC');
      const iceState = vi.fn<() => types.IceState>(() => 'disconnected');
      Object.defineProperty(transport, 'iceState', { get: iceState });
      await expect(peer.produce('mic')).rejects.toEqual(rejection('not-found'));
      await world.server.restartIce({ ...peer.key, direction: 'send', transportId: id });
      await peer.produce('mic');
      expect(await peer.openSend()).toBe(id);
      iceState.mockReturnValue('completed');
      transport.emit('icestatechange', 'completed');
      expect(await peer.openSend()).toBe(id);
      iceState.mockReturnValue('disconnected');
      expect(await peer.openSend()).not.toBe(id);
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
});
