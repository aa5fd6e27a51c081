import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { types } from 'mediasoup';
import { camParameters, micParameters } from './rtp-fixtures.ts';
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
  type TestRoom,
} from './support/media-world.ts';
import { afterMicrotasks } from './support/microtasks.ts';

describeOver((over) => {
  let world: MediaWorld;
  let room: TestRoom;
  beforeAll(async () => {
    world = await startMediaWorld(over);
    room = await openRoom(world.server);
  });
  afterAll(() => world.close());

  const sender = async (): Promise<TestPeer> => {
    const peer = room.peer();
    await peer.openSend();
    return peer;
  };

  const producersOf = (id: string): readonly types.Producer[] =>
    world.made.producers.filter((producer) => producer.id === id);

  describe('a producer', () => {
    it('is made once under its id, however often it is asked for', async () => {
      const { key } = await sender();
      const request = {
        ...key,
        producerId: newId(),
        source: 'cam',
        paused: false,
        rtpParameters: camParameters(),
      } as const;
      await Promise.all(times(20, () => world.server.produce(request)));
      await world.server.produce(request);
      expect(producersOf(request.producerId)).toHaveLength(1);
      expect(producersOf(request.producerId)[0]?.type).toBe('simulcast');
    });

    it('needs an open transport', async () => {
      await expect(room.peer().produce('mic')).rejects.toEqual(rejection('not-found'));
      const receiver = room.peer();
      await receiver.openReceive();
      await expect(receiver.produce('mic')).rejects.toEqual(rejection('not-found'));
    });

    it('takes the place of what its source sent before, with the same mid and ssrc', async () => {
      const { key } = await sender();
      const rtpParameters = micParameters();
      const request = { ...key, source: 'mic', paused: false, rtpParameters } as const;
      const [former, latter] = [newId(), newId()];
      await Promise.all([
        world.server.produce({ ...request, producerId: former }),
        world.server.produce({ ...request, producerId: latter }),
      ]);
      expect(producersOf(former)[0]?.closed).toBe(true);
      expect(producersOf(latter)[0]?.closed).toBe(false);
    });

    it('is one for each source', async () => {
      const peer = await sender();
      const before = open(world.made.producers).length;
      await Promise.all([
        peer.produce('mic'),
        peer.produce('cam'),
        peer.produce('screen'),
        peer.produce('screenAudio'),
      ]);
      expect(open(world.made.producers)).toHaveLength(before + 4);
      await peer.produce('screen');
      expect(open(world.made.producers)).toHaveLength(before + 4);
    });

    it('is refused when its parameters are not of its source, or clash with others', async () => {
      const peer = await sender();
      const request = { ...peer.key, producerId: newId() };
      await expect(
        world.server.produce({
          ...request,
          source: 'cam',
          paused: false,
          rtpParameters: micParameters(),
        }),
      ).rejects.toEqual(rejection('bad-parameters'));
      await peer.produce('mic');
      await expect(
        world.server.produce({
          ...request,
          source: 'cam',
          paused: false,
          rtpParameters: camParameters('0'),
        }),
      ).rejects.toEqual(rejection('bad-parameters'));
      await expect(peer.produce('cam', request.producerId)).resolves.toBe(request.producerId);
    });

    it('keeps its id to itself', async () => {
      const [ada, bob] = [await sender(), await sender()];
      const id = await ada.produce('mic');
      await expect(bob.produce('mic', id)).rejects.toEqual(rejection('bad-parameters'));
      await expect(ada.produce('cam', id)).rejects.toEqual(rejection('bad-parameters'));
      await world.server.closeProducer({ ...bob.key, producerId: id });
      await world.server.setProducerPaused({ ...bob.key, producerId: id, paused: true });
      expect(producersOf(id)).toEqual([expect.objectContaining({ closed: false, paused: false })]);
    });

    it('pauses and resumes in the order of the calls', async () => {
      const peer = await sender();
      const producerId = await peer.produce('mic');
      const set = (paused: boolean) =>
        world.server.setProducerPaused({ ...peer.key, producerId, paused });
      const [producer] = producersOf(producerId);
      await Promise.all([set(true), set(false), set(true)]);
      expect(producer?.paused).toBe(true);
      expect(await producer?.dump()).toMatchObject({ paused: true });
      await Promise.all([set(true), set(false), set(true), set(false)]);
      expect(await producer?.dump()).toMatchObject({ paused: false });
    });

    it('may be paused and closed when it is gone', async () => {
      const peer = await sender();
      const producerId = await peer.produce('mic');
      const ended = world.server.closeProducer({ ...peer.key, producerId });
      await world.server.setProducerPaused({ ...peer.key, producerId, paused: true });
      await world.server.closeProducer({ ...peer.key, producerId });
      await ended;
      expect(producersOf(producerId)[0]?.closed).toBe(true);
      const nobody = { ...room.peer().key, producerId };
      await world.server.setProducerPaused({ ...nobody, paused: true });
      await world.server.closeProducer(nobody);
    });

    it('that is closed while it is being made does not stay', async () => {
      const peer = await sender();
      const producerId = newId();
      await Promise.all([
        peer.produce('mic', producerId),
        world.server.closeProducer({ ...peer.key, producerId }),
      ]);
      expect(producersOf(producerId)[0]?.closed).toBe(true);
    });

    it.each(times(8, (index) => index))(
      'of a transport that closes %i microtasks after it was made holds up no other',
      async (later) => {
        const peer = await sender();
        let closed: Promise<void> | undefined;
        world.made.onMade = () => {
          const id = world.made.producers.at(-1)?.id;
          const transport = world.made.transports.find(
            (one) => id !== undefined && one.id === world.made.transportOf(id),
          );
          closed ??= afterMicrotasks(later).then(() => transport?.close());
        };
        await peer.produce('mic').catch((error: unknown) => {
          expect(error).toEqual(rejection('not-found'));
        });
        world.made.onMade = () => undefined;
        await closed;
        await peer.openSend();
        const first = await peer.produce('mic');
        const second = await peer.produce('mic');
        expect(producersOf(first)[0]?.closed).toBe(true);
        expect(producersOf(second)[0]?.closed).toBe(false);
      },
    );

    it('ends with its peer, also while it is being made', async () => {
      const peer = await sender();
      const producerId = newId();
      await Promise.all([
        expect(peer.produce('mic', producerId)).rejects.toEqual(rejection('not-found')),
        world.server.closePeer(peer.key),
      ]);
      expect(open(producersOf(producerId))).toHaveLength(0);
      const router = world.made.routers.at(-1);
      expect(router?.canConsume({ producerId, rtpCapabilities: {} })).toBe(false);
    });
  });
});
