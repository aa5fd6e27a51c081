// A room moves from a worker that drains to another one, on a real media server (PROTOCOL M17).
import { beforeEach, expect, it } from 'vitest';
import { micParameters } from '../../../sfu-worker/test/rtp-fixtures.ts';
import { LEAVE_AFTER_MS } from '../../src/rooms/leavings.ts';
import { describeScenarios, NO_LIMITS } from '../support/harness.ts';
import { consume, count, openReceive, produceMic } from '../support/media-steps.ts';
import {
  arrive,
  caughtUp,
  drainHome,
  freshMedia,
  heldUnder,
  homeOf,
  placedAfter,
  placements,
} from '../support/move-steps.ts';
import { TestClient } from '../support/test-client.ts';

const refusal = (code: string) => expect.objectContaining({ code });

describeScenarios('moves', (getWorld) => {
  beforeEach(() => freshMedia(getWorld().media));

  /** Ada and Bob hear each other. */
  const start = async () => {
    const world = getWorld();
    const roomId = await world.newRoom();
    const [ada, bob] = [await world.join(roomId), await world.join(roomId)];
    const producerIds = [await produceMic(ada), await produceMic(bob)];
    for (const client of [ada, bob]) await consume(client, ...producerIds);
    return { world, roomId, ada, bob, before: ada.placement };
  };

  const startMoving = async () => {
    const { world, roomId, ada, bob, before } = await start();
    await drainHome(world, roomId);
    await placedAfter(world, before, [ada, bob]);
    return { world, roomId, ada, bob, before };
  };

  it('M17 a drain moves a room once: the former placement goes on until the last one has arrived', async () => {
    const { world, roomId, ada, bob, before } = await start();
    const former = await homeOf(world, roomId);
    const told = [ada, bob].map(placements);
    await drainHome(world, roomId);
    await placedAfter(world, before, [ada, bob]);
    const { placement } = ada;
    expect(bob.placement).toBe(placement);
    expect([ada, bob].map(placements)).toEqual(told.map((times) => times + 1));
    expect(await world.record(roomId)).toMatchObject({
      placement,
      leaving: { placement: before, awaited: [ada.peerId, bob.peerId] },
    });
    expect(await homeOf(world, roomId)).not.toBe(former);
    expect(await heldUnder(world.media, roomId)).toEqual([before]);

    const producerId = await produceMic(ada);
    expect(await consume(bob, producerId)).toBe(1);
    expect(await heldUnder(world.media, roomId)).toEqual([before, placement]);
    await arrive(ada);
    await caughtUp(ada, bob);
    expect([ada, bob].map((client) => count(client, 'media-lost'))).toEqual([0, 0]);
    await arrive(bob);
    for (const client of [ada, bob]) {
      expect((await client.heard('media-lost')).data.placement).toBe(before);
    }
    await expect.poll(() => heldUnder(world.media, roomId)).toEqual([placement]);
    await caughtUp(ada, bob);
    expect([ada, bob].map((client) => count(client, 'media-lost'))).toEqual([1, 1]);
    expect([ada, bob].map(placements)).toEqual(told.map((times) => times + 1));
    const record = await world.record(roomId);
    expect(record).toMatchObject({ placement, leaving: null });
    expect(record.peers[0]?.streams.mic).toEqual({ on: true, producerId });
    expect(await consume(bob, producerId)).toBe(1);
  });

  it('M17 what is asked for by the former placement is refused, and what is there of it stays', async () => {
    const { world, roomId, ada, bob, before } = await startMoving();
    const placed = { placement: before };
    const refused = [
      ['open-transport', { direction: 'send', ...placed }],
      ['produce', { source: 'mic', on: true, rtpParameters: micParameters(), ...placed }],
      ['view', { view: {}, ...placed }],
      ['arrived', placed],
    ] as const;
    for (const [method, data] of refused) {
      await expect(ada.request(method, data)).rejects.toEqual(refusal('stale-placement'));
    }
    expect(await heldUnder(world.media, roomId)).toEqual([before]);
    await caughtUp(ada, bob);
    expect(count(bob, 'media-lost')).toBe(0);
    expect((await world.record(roomId)).leaving?.awaited).toEqual([ada.peerId, bob.peerId]);
  });

  it('M17 arrived: what is no placement is a bad request; said again, or by who is not awaited, it is no fact', async () => {
    const { world, roomId, ada, bob } = await startMoving();
    for (const placement of [0, -1, 1.5, 'x', null, undefined]) {
      await expect(ada.request('arrived', { placement })).rejects.toEqual(refusal('bad-request'));
    }
    const later = { placement: ada.placement + 1 };
    await expect(ada.request('arrived', later)).rejects.toEqual(refusal('stale-placement'));
    const carol = await world.join(roomId);
    expect(carol.session.room.leaving).not.toBeNull();
    await arrive(carol);
    for (let times = 0; times < 3; times += 1) await arrive(ada);
    await caughtUp(ada, bob, carol);
    expect(count(bob, 'peer-arrived')).toBe(1);
    expect((await world.record(roomId)).leaving?.awaited).toEqual([bob.peerId]);
  });

  it('M17 who joins meanwhile knows the new placement alone, and nobody waits for them', async () => {
    const { world, roomId, ada, bob, before } = await startMoving();
    const carol = await world.join(roomId);
    expect(carol.session.room).toMatchObject({ leaving: before, placement: ada.placement });
    const producerId = await produceMic(carol);
    expect(await consume(ada, producerId)).toBe(1);
    for (const client of [ada, bob]) await arrive(client);
    expect((await carol.heard('media-lost')).data.placement).toBe(before);
    await expect.poll(() => heldUnder(world.media, roomId)).toEqual([carol.placement]);
    expect(await consume(bob, producerId)).toBe(1);
  });

  it('M17 who leaves meanwhile is not waited for, and has no media at either home', async () => {
    const { world, roomId, ada, bob, before } = await startMoving();
    await openReceive(bob);
    await arrive(ada);
    await bob.request('leave', {});
    expect((await ada.heard('media-lost')).data.placement).toBe(before);
    await expect.poll(() => heldUnder(world.media, roomId)).toEqual([ada.placement]);
    const peers = async () => (await world.media.heldRooms()).flatMap(({ peerIds }) => peerIds);
    await expect.poll(peers).not.toContain(bob.peerId);
  });

  it('M17 J5 who loses the socket and resumes in the middle hears of all of it, and is waited for', async () => {
    const { world, roomId, ada, bob, before } = await start();
    bob.cut();
    await ada.heard('peer-disconnected');
    await drainHome(world, roomId);
    await placedAfter(world, before, [ada]);
    await arrive(ada);
    const back = await TestClient.connect(world.urls.at(-1) ?? '');
    const missed = await back.resume(bob);
    const events = missed.kind === 'events' ? missed.events.map(({ event }) => event) : [];
    expect(events).toEqual(['peer-disconnected', 'room-placed', 'peer-arrived', 'peer-resumed']);
    expect((await world.record(roomId)).leaving?.awaited).toEqual([bob.peerId]);
    await back.request('arrived', { placement: ada.placement });
    expect((await ada.heard('media-lost')).data.placement).toBe(before);
    await back.heard('media-lost');
  });

  it('M17 J3 who joins anew has nothing of the former placement, and is not waited for', async () => {
    const { world, roomId, ada, bob, before } = await startMoving();
    const again = await TestClient.connect(world.urls.at(-1) ?? '');
    const { room } = await again.join(bob.session.sessionToken);
    expect(room.leaving).toBe(before);
    await ada.heard('peer-arrived');
    expect((await world.record(roomId)).leaving?.awaited).toEqual([ada.peerId]);
    await arrive(ada);
    expect((await again.heard('media-lost')).data.placement).toBe(before);
  });

  it('M4 M17 who mutes and unmutes meanwhile does so for all, with or without a producer', async () => {
    const { ada, bob } = await startMoving();
    await ada.request('set-stream', { source: 'mic', on: false });
    const producerId = await produceMic(ada);
    await ada.request('set-stream', { source: 'mic', on: false });
    await caughtUp(ada, bob);
    const streams = bob
      .recordEvents()
      .flatMap((event) =>
        event.event === 'stream-changed' && event.data.peerId === ada.peerId
          ? [event.data.stream]
          : [],
      );
    expect(streams.slice(-3)).toEqual([
      { on: false },
      { on: true, producerId },
      { on: false, producerId },
    ]);
  });

  it('M17 who never says that they have arrived is waited for 60 s, and no longer', async () => {
    const { world, roomId, ada, bob, before } = await start();
    const beganMs = world.now();
    await drainHome(world, roomId);
    await placedAfter(world, before, [ada, bob]);
    await arrive(ada);
    // At some moment of these it was placed.
    const uncertainMs = world.now() - beganMs;
    await world.pass(LEAVE_AFTER_MS - uncertainMs - 1, [ada, bob]);
    await caughtUp(ada, bob);
    expect(count(bob, 'media-lost')).toBe(0);
    await world.pass(uncertainMs + 1, [ada, bob]);
    expect((await bob.heard('media-lost')).data.placement).toBe(before);
    await expect.poll(() => heldUnder(world.media, roomId)).not.toContain(before);
    await world.pass(LEAVE_AFTER_MS, [ada, bob]);
    await caughtUp(ada, bob);
    expect(count(bob, 'media-lost')).toBe(1);
  });

  it('M8 M17 a new home that dies is lost alone; the room moves to another from where it is', async () => {
    const { world, roomId, ada, bob, before } = await startMoving();
    await produceMic(ada);
    await arrive(ada);
    const { placement } = ada;
    process.kill(world.media.workerPids()[await homeOf(world, roomId)] ?? 0, 'SIGKILL');
    expect((await bob.heard('media-lost')).data.placement).toBe(placement);
    await placedAfter(world, placement, [ada, bob]);
    expect((await world.record(roomId)).leaving).toMatchObject({
      placement: before,
      awaited: [ada.peerId, bob.peerId],
    });
    expect(await heldUnder(world.media, roomId)).toEqual([before]);
    const produceSoon = async () => {
      await world.pass(1_000, [ada, bob]);
      return produceMic(ada).catch(() => '');
    };
    await expect.poll(produceSoon, { timeout: 20_000 }).toHaveLength(16);
    for (const client of [ada, bob]) await arrive(client);
    await expect.poll(() => heldUnder(world.media, roomId)).toEqual([ada.placement]);
  });

  it('M8 M17 a former home that dies is lost alone; the new one goes on', async () => {
    const { world, roomId, ada, bob, before } = await start();
    const former = world.media.workerPids()[await homeOf(world, roomId)] ?? 0;
    await drainHome(world, roomId);
    await placedAfter(world, before, [ada, bob]);
    const producerId = await produceMic(ada);
    const { placement } = ada;
    process.kill(former, 'SIGKILL');
    expect((await bob.heard('media-lost')).data.placement).toBe(before);
    await caughtUp(ada, bob);
    expect(await world.record(roomId)).toMatchObject({ placement, leaving: null });
    expect(await consume(bob, producerId)).toBe(1);
    await arrive(bob);
    await caughtUp(ada, bob);
    expect([count(bob, 'media-lost'), count(bob, 'peer-arrived')]).toEqual([1, 0]);
  });

  it('M17 a room whose new home drains too goes on when the first one has been replaced', async () => {
    const { world, roomId, ada, bob, before } = await startMoving();
    await produceMic(ada);
    const second = ada.placement;
    await drainHome(world, roomId);
    // Both drain: there is nowhere to go.
    await world.pass(5_000, [ada, bob]);
    await caughtUp(ada, bob);
    expect(ada.placement).toBe(second);
    for (const client of [ada, bob]) await arrive(client);
    expect((await bob.heard('media-lost')).data.placement).toBe(before);
    await placedAfter(world, second, [ada, bob]);
    expect((await world.record(roomId)).leaving?.placement).toBe(second);
    const producerId = await produceMic(ada);
    expect(await consume(bob, producerId)).toBe(1);
  });
});

describeScenarios(
  'moves with few of what is costly',
  (getWorld) => {
    beforeEach(() => freshMedia(getWorld().media));

    it('L2 arrived is one of what is costly', async () => {
      const world = getWorld();
      const ada = await world.join(await world.newRoom());
      await ada.placed();
      for (let times = 0; times < 3; times += 1) await arrive(ada);
      await expect(arrive(ada)).rejects.toEqual(refusal('rate-limited'));
    });
  },
  { limits: { ...NO_LIMITS, costly: { burst: 3, perSecond: 1 } } },
);
