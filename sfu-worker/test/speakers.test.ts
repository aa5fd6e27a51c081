import type { EventEmitter } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOver, openRoom, startMediaWorld, type MediaWorld } from './support/media-world.ts';

const volume = (id: string, loud: number) => ({ producer: { id }, volume: loud });

describeOver((over) => {
  let world: MediaWorld;
  beforeAll(async () => {
    world = await startMediaWorld(over);
  });
  afterAll(() => world.close());

  it('levels of microphones are told as levels of peers', async () => {
    const room = await openRoom(world.server);
    const [ada, bob] = [room.peer('ada'), room.peer('bob')];
    await Promise.all([ada.openSend(), bob.openSend()]);
    const [one, two] = [await ada.produce('mic'), await bob.produce('mic')];
    const levels: EventEmitter | undefined = world.made.levelObservers.at(-1);

    levels?.emit('volumes', [volume(one, -30), volume(two, -20), volume('gone', -10)]);
    await world.server.closeProducer({ ...bob.key, producerId: two });
    levels?.emit('volumes', [volume(two, -20)]);
    levels?.emit('silence');
    await expect
      .poll(() => world.events)
      .toEqual([
        {
          type: 'audio-levels',
          roomId: room.key.roomId,
          levels: [
            { peerId: 'bob', volume: -20 },
            { peerId: 'ada', volume: -30 },
          ],
        },
        { type: 'audio-levels', roomId: room.key.roomId, levels: [] },
      ]);
  });

  it('only microphones are listened to', async () => {
    const listened: string[] = [];
    const room = await openRoom(world.server);
    world.made.levelObservers
      .at(-1)
      ?.observer.on('addproducer', (producer) => listened.push(producer.id));
    const ada = room.peer();
    await ada.openSend();
    await ada.produce('screenAudio');
    await ada.produce('cam');
    const mic = await ada.produce('mic');
    expect(listened).toEqual([mic]);
  });
});
