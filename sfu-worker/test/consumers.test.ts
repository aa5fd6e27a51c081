import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { types } from 'mediasoup';
import type { ViewLayer } from '../src/protocol.ts';
import { RECEIVE_CAPABILITIES } from './rtp-fixtures.ts';
import { open } from './support/media-inventory.ts';
import {
  describeOver,
  newId,
  openRoom,
  rejection,
  startMediaWorld,
  times,
  type MediaWorld,
  type TestPeer,
} from './support/media-world.ts';

describeOver((over) => {
  let world: MediaWorld;
  beforeAll(async () => {
    world = await startMediaWorld(over);
  });
  afterAll(() => world.close());

  /** Ada sends a microphone, a camera in three layers and a screen; Bob receives. */
  const start = async () => {
    const room = await openRoom(world.server);
    const [ada, bob] = [room.peer('ada'), room.peer('bob')];
    await Promise.all([ada.openSend(), bob.openReceive()]);
    const [mic, cam, screen] = await Promise.all([
      ada.produce('mic'),
      ada.produce('cam'),
      ada.produce('screen'),
    ]);
    return { room, ada, bob, mic, cam, screen };
  };

  const consumerOf = (consumerId: string | undefined): types.Consumer => {
    const found = world.made.consumers.find(({ id }) => id === consumerId);
    if (found === undefined) throw new Error('no such consumer');
    return found;
  };

  const consumeOne = async (peer: TestPeer, producerId: string): Promise<types.Consumer> => {
    const [description] = await peer.consume(producerId);
    return consumerOf(description?.consumerId);
  };

  const show = (peer: TestPeer, view: Readonly<Record<string, ViewLayer>>) =>
    world.server.view({ ...peer.key, view });

  describe('consume', () => {
    it('makes paused consumers, described by whose and what they are', async () => {
      const { bob, mic, cam, screen } = await start();
      const descriptions = await bob.consume(mic, cam, screen);
      expect(descriptions).toMatchObject([
        { producerId: mic, peerId: 'ada', source: 'mic', kind: 'audio' },
        { producerId: cam, peerId: 'ada', source: 'cam', kind: 'video' },
        { producerId: screen, peerId: 'ada', source: 'screen', kind: 'video' },
      ]);
      for (const { consumerId, rtpParameters } of descriptions) {
        expect(consumerOf(consumerId).paused).toBe(true);
        expect(rtpParameters.mid).toEqual(expect.any(String));
      }
    });

    it('makes each once, however often it is asked for', async () => {
      const { bob, mic, cam } = await start();
      const before = world.made.consumers.length;
      const all = await Promise.all(times(20, () => bob.consume(cam, mic, cam)));
      expect(world.made.consumers).toHaveLength(before + 2);
      for (const descriptions of all) expect(descriptions).toEqual(all[0]);
      expect(await bob.consume(cam, mic)).toEqual(all[0]);
    });

    it('leaves out what is gone, what never was, and what is its own', async () => {
      const { ada, bob, mic, cam } = await start();
      await ada.openReceive();
      expect(await ada.consume(mic, cam)).toEqual([]);
      await world.server.closeProducer({ ...ada.key, producerId: mic });
      const descriptions = await bob.consume(mic, newId(), cam);
      expect(descriptions.map(({ producerId }) => producerId)).toEqual([cam]);
    });

    it('leaves out what goes meanwhile', async () => {
      const { ada, bob, mic, cam } = await start();
      const [, descriptions] = await Promise.all([
        world.server.closeProducer({ ...ada.key, producerId: mic }),
        bob.consume(mic, cam),
      ]);
      expect(descriptions.map(({ producerId }) => producerId)).toContain(cam);
      await expect
        .poll(async () => (await bob.consume(mic, cam)).map(({ producerId }) => producerId))
        .toEqual([cam]);
    });

    it('leaves out what the browser cannot receive', async () => {
      const { room, mic, cam } = await start();
      const deaf = room.peer();
      const { codecs = [], headerExtensions = [] } = RECEIVE_CAPABILITIES;
      const video = codecs.filter(({ kind }) => kind === 'video');
      await world.server.openTransport({
        ...deaf.key,
        direction: 'receive',
        rtpCapabilities: { codecs: video, headerExtensions },
      });
      expect((await deaf.consume(mic, cam)).map(({ kind }) => kind)).toEqual(['video']);
      // The same transport with other capabilities from now on.
      await deaf.openReceive();
      expect((await deaf.consume(mic, cam)).map(({ kind }) => kind)).toEqual(['audio', 'video']);
    });

    it('needs an open transport to receive', async () => {
      const { room, ada, mic } = await start();
      await expect(ada.consume(mic)).rejects.toEqual(rejection('not-found'));
      await expect(room.peer().consume(mic)).rejects.toEqual(rejection('not-found'));
    });

    it('is bounded', async () => {
      const { room, bob } = await start();
      const unknown = times(1000, () => newId());
      expect(await bob.consume(...unknown)).toEqual([]);
      const senders = await Promise.all(
        times(201, async () => {
          const sender = room.peer();
          await sender.openSend();
          return Promise.all([
            sender.produce('mic'),
            sender.produce('cam'),
            sender.produce('screen'),
            sender.produce('screenAudio'),
          ]);
        }),
      );
      await expect(bob.consume(...senders.flat())).rejects.toEqual(rejection('bad-parameters'));
      expect(await bob.consume(...senders.flat().slice(0, 800))).toHaveLength(800);
      await expect(bob.consume(...senders.flat().slice(800))).rejects.toEqual(
        rejection('bad-parameters'),
      );
      await world.server.closeRoom(room.key);
    });

    it('gives screens the bandwidth before cameras', async () => {
      const { bob, cam, screen } = await start();
      const first = await consumeOne(bob, screen);
      const second = await consumeOne(bob, cam);
      expect(first.priority).toBeGreaterThan(second.priority);
    });
  });

  describe('a consumer', () => {
    it('ends with its producer, and is made anew for the next one', async () => {
      const { ada, bob, cam } = await start();
      const consumer = await consumeOne(bob, cam);
      const next = await ada.produce('cam');
      await expect.poll(() => consumer.closed).toBe(true);
      expect(await bob.consume(cam)).toEqual([]);
      expect((await consumeOne(bob, next)).closed).toBe(false);
    });

    it('ends with its transport and its peer, and is made anew over the next one', async () => {
      const { bob, cam } = await start();
      const former = await consumeOne(bob, cam);
      await world.server.closePeer(bob.key);
      expect(former.closed).toBe(true);
      await bob.openReceive();
      const latter = await consumeOne(bob, cam);
      expect(latter.id).not.toBe(former.id);
    });

    it('that is being made when its peer is closed does not stay', async () => {
      const { bob, cam } = await start();
      const before = open(world.made.consumers).length;
      await Promise.all([
        expect(bob.consume(cam)).rejects.toEqual(rejection('not-found')),
        world.server.closePeer(bob.key),
      ]);
      expect(open(world.made.consumers)).toHaveLength(before);
    });
  });

  describe('view', () => {
    it('turns on what it names, in the layer that it names, and the rest off', async () => {
      const { bob, mic, cam, screen } = await start();
      const [sound, camera, shared] = [
        await consumeOne(bob, mic),
        await consumeOne(bob, cam),
        await consumeOne(bob, screen),
      ];
      await show(bob, { [mic]: 0, [cam]: 1, [screen]: 'off' });
      expect([sound.paused, camera.paused, shared.paused]).toEqual([false, false, true]);
      expect(camera.preferredLayers?.spatialLayer).toBe(1);
      await show(bob, { [cam]: 2, [screen]: 2 });
      expect([sound.paused, camera.paused, shared.paused]).toEqual([true, false, false]);
      expect(await camera.dump()).toMatchObject({ paused: false, preferredSpatialLayer: 2 });
      await show(bob, {});
      expect(await camera.dump()).toMatchObject({ paused: true, preferredSpatialLayer: 2 });
      expect(await sound.dump()).toMatchObject({ paused: true });
    });

    it('asks the worker for nothing that it has already', async () => {
      const { bob, mic, cam } = await start();
      const [sound, camera] = [await consumeOne(bob, mic), await consumeOne(bob, cam)];
      await show(bob, { [cam]: 0 });
      const asked = [sound, camera].flatMap((consumer) => [
        vi.spyOn(consumer, 'pause'),
        vi.spyOn(consumer, 'resume'),
        vi.spyOn(consumer, 'setPreferredLayers'),
      ]);
      await show(bob, { [cam]: 0, [mic]: 'off' });
      await show(bob, { [cam]: 0, [newId()]: 2 });
      for (const spy of asked) expect(spy).not.toHaveBeenCalled();
    });

    it('is decided by the last of many at once', async () => {
      const { bob, mic, cam } = await start();
      const [sound, camera] = [await consumeOne(bob, mic), await consumeOne(bob, cam)];
      const layers = vi.spyOn(camera, 'setPreferredLayers');
      const views: readonly Readonly<Record<string, ViewLayer>>[] = [
        { [cam]: 0 },
        { [mic]: 0, [cam]: 1 },
        { [mic]: 0 },
        { [cam]: 2 },
        { [mic]: 0, [cam]: 'off' },
        { [mic]: 'off', [cam]: 1 },
      ];
      await Promise.all(views.map((view) => show(bob, view)));
      expect([sound.paused, camera.paused]).toEqual([true, false]);
      expect(await camera.dump()).toMatchObject({ preferredSpatialLayer: 1 });
      expect(layers.mock.calls.length).toBeLessThanOrEqual(2);
    });

    it('outlives consumers that end while it is applied', async () => {
      const { ada, bob, mic, cam } = await start();
      await bob.consume(mic, cam);
      await Promise.all([
        world.server.closeProducer({ ...ada.key, producerId: cam }),
        show(bob, { [mic]: 0, [cam]: 2 }),
      ]);
      await show(bob, { [mic]: 'off', [cam]: 2 });
    });

    it('needs a peer that is here', async () => {
      const { room } = await start();
      await expect(show(room.peer(), {})).rejects.toEqual(rejection('not-found'));
    });
  });

  describe('requestKeyFrames', () => {
    it('asks for those that are consumed and on, and leaves out the rest', async () => {
      const { room, bob, mic, cam, screen } = await start();
      const [sound, camera, shared] = [
        await consumeOne(bob, mic),
        await consumeOne(bob, cam),
        await consumeOne(bob, screen),
      ];
      await show(bob, { [mic]: 0, [cam]: 1 });
      const asked = [sound, camera, shared].map((consumer) =>
        vi.spyOn(consumer, 'requestKeyFrame'),
      );
      const producerIds = [cam, cam, mic, screen, newId()];
      await world.server.requestKeyFrames({ ...bob.key, producerIds });
      expect(asked.map(({ mock }) => mock.calls.length)).toEqual([0, 1, 0]);
      const stranger = room.peer();
      await expect(world.server.requestKeyFrames({ ...stranger.key, producerIds })).rejects.toEqual(
        rejection('not-found'),
      );
    });
  });
});
