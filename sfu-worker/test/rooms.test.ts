import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTER_RTP_CAPABILITIES } from '../src/media-server.ts';
import { RECEIVE_CAPABILITIES, dtlsParameters, micParameters } from './rtp-fixtures.ts';
import { open } from './support/media-inventory.ts';
import {
  describeOver,
  newId,
  openRoom,
  rejection,
  startMediaWorld,
  times,
  type MediaWorld,
} from './support/media-world.ts';

describeOver((over) => {
  let world: MediaWorld;
  beforeAll(async () => {
    world = await startMediaWorld(over, { workers: 2 });
  });
  afterAll(() => world.close());

  const roomsOf = () => world.server.load().map(({ rooms }) => rooms);

  describe('a room', () => {
    it('is made once, however often it is asked for', async () => {
      const before = world.made.routers.length;
      const roomId = newId();
      await Promise.all(
        times(20, () => world.server.ensureRoom({ roomId, placement: 1, worker: 1 })),
      );
      expect(world.made.routers).toHaveLength(before + 1);
      expect(roomsOf()).toEqual([0, 1]);
      await world.server.closeRoom({ roomId, placement: 1 });
      await world.server.closeRoom({ roomId, placement: 1 });
      expect(roomsOf()).toEqual([0, 0]);
      await expect.poll(() => open(world.made.routers)).toHaveLength(0);
    });

    it('has the capabilities that pages are told of', async () => {
      await openRoom(world.server);
      expect(world.made.routers.at(-1)?.rtpCapabilities).toEqual(ROUTER_RTP_CAPABILITIES);
    });

    it('goes to the worker that was asked for, if there is such a worker', async () => {
      const room = { roomId: newId(), placement: 1 };
      await expect(world.server.ensureRoom({ ...room, worker: 2 })).rejects.toEqual(
        rejection('bad-parameters'),
      );
      await expect(world.server.ensureRoom({ ...room, worker: 0 })).resolves.toBeUndefined();
    });

    it('is closed by a newer placement and not by an older one', async () => {
      const { key } = await openRoom(world.server, { placement: 3 });
      const router = world.made.routers.at(-1);
      await expect(world.server.ensureRoom({ ...key, placement: 2, worker: 0 })).rejects.toEqual(
        rejection('stale-placement'),
      );
      await world.server.closeRoom({ ...key, placement: 2 });
      expect(router?.closed).toBe(false);
      await openRoom(world.server, { ...key, placement: 4 });
      expect(router?.closed).toBe(true);
      await world.server.closeRoom({ ...key, placement: 9 });
      await expect(
        world.server.openTransport({ ...key, placement: 4, peerId: 'p', direction: 'send' }),
      ).rejects.toEqual(rejection('stale-placement'));
    });

    it('that is closed while it is being made never was', async () => {
      const key = { roomId: newId(), placement: 1 };
      const ensured = world.server.ensureRoom({ ...key, worker: 0 });
      await Promise.all([
        expect(ensured).rejects.toEqual(rejection('stale-placement')),
        world.server.closeRoom(key),
      ]);
      await expect.poll(() => world.made.routers.at(-1)?.closed).toBe(true);
    });

    it.each([
      ['another placement', { placement: 1 }],
      ['a newer placement', { placement: 3 }],
      ['a room that is not here', { roomId: 'nowhere' }],
    ])('refuses every call for %s', async (_what, other) => {
      const { server } = world;
      const room = await openRoom(server, { placement: 2 });
      const key = { ...room.peer().key, ...other };
      const absent = 'roomId' in other;
      const calls = [
        server.openTransport({ ...key, direction: 'send' }),
        server.openTransport({
          ...key,
          direction: 'receive',
          rtpCapabilities: RECEIVE_CAPABILITIES,
        }),
        server.connectTransport({ ...key, direction: 'send', dtlsParameters: dtlsParameters() }),
        server.restartIce({ ...key, direction: 'send', transportId: newId() }),
        server.produce({
          ...key,
          producerId: newId(),
          source: 'mic',
          paused: false,
          rtpParameters: micParameters(),
        }),
        server.consume({ ...key, producerIds: [] }),
        server.view({ ...key, view: {} }),
      ];
      // What ends something is done already when there is nothing.
      const endings = [
        server.closePeer(key),
        server.setProducerPaused({ ...key, producerId: 'x', paused: true }),
        server.closeProducer({ ...key, producerId: 'x' }),
      ];
      for (const call of calls) await expect(call).rejects.toEqual(rejection('stale-placement'));
      for (const ending of endings) {
        if (absent) await expect(ending).resolves.toBeUndefined();
        else await expect(ending).rejects.toEqual(rejection('stale-placement'));
      }
    });
  });
});
