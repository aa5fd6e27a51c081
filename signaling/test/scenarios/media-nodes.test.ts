// Media nodes that register, and come, go and lose their ways to Redis or to signaling, while people are in
// calls at two signaling processes (PROTOCOL M15–M18).
import { setTimeout as sleep } from 'node:timers/promises';
import { NODE_LEASE_MS } from '@sotto/sfu-worker/registry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReceive, openSend } from '../support/media-steps.ts';
import {
  bothOf,
  type Call,
  losses,
  type MediaScene,
  type SceneNode,
  SOON,
  startMediaScene,
  talk,
} from '../support/media-scene.ts';
import { hasRedis } from '../support/redis-server.ts';

/** How long Redis is away: an outage that is shorter than leases, and one that all of them end in. */
const OUTAGES_MS = [NODE_LEASE_MS - 1_000, NODE_LEASE_MS + 6_000];

/** Nothing was said of its media, and it works where it was. */
const isLeftAlone = async (call: Call, placement: number): Promise<void> => {
  expect(await talk(call)).toBe(placement);
  expect(losses(call)).toEqual([0, 0]);
  expect(call.bob.placement).toBe(placement);
};

describe.skipIf(!hasRedis)('media nodes that register', () => {
  let scene: MediaScene;
  let one: SceneNode;
  let other: SceneNode;
  beforeEach(async () => {
    scene = await startMediaScene();
    [one, other] = [await scene.startNode('one'), await scene.startNode('other')];
  });
  afterEach(() => scene.close());

  const newCalls = async (calls: number): Promise<readonly Call[]> =>
    Promise.all(Array.from({ length: calls }, () => scene.newCall()));

  const homesOf = async (calls: readonly Call[]): Promise<readonly (string | null)[]> => {
    const homes = await Promise.all(calls.map((call) => scene.homeOf(call)));
    return [...new Set(homes)].toSorted();
  };

  it('M16 rooms are spread over the nodes that there are, and one that comes later is found and used', async () => {
    expect(await homesOf(await newCalls(6))).toEqual(['one', 'other']);
    await scene.startNode('late');
    const call = await scene.callOn('late');
    expect(losses(call)).toEqual([0, 0]);
  });

  it('M16 cut off from one signaling process alone: left alone; who asks there waits, and it works again afterwards', async () => {
    const call = await scene.callOn('one');
    const { placement } = call.ada;
    one.fromFirst.cut();
    // Each waits for 5 s: for longer than any lease.
    for (let times = 0; times < 2; times += 1) {
      await expect(openSend(call.ada)).rejects.toMatchObject({ code: 'media-unavailable' });
    }
    await openReceive(call.bob);
    const meanwhile = await scene.newCall();
    // By whichever process placed it first: where both of them are, it works for both.
    if ((await scene.homeOf(meanwhile)) === 'other') await talk(meanwhile);
    one.fromFirst.heal();
    await expect.poll(() => openSend(call.ada).catch(() => null), SOON).not.toBeNull();
    await isLeftAlone(call, placement);
  });

  it('M16 cut off from Redis alone: left alone, has no new rooms while another is listed, and is listed again', async () => {
    const call = await scene.callOn('one');
    const { placement } = call.ada;
    one.toRedis.cut();
    await scene.isListed('one', false);
    expect(await homesOf(await newCalls(4))).toEqual(['other']);
    await isLeftAlone(call, placement);
    one.toRedis.heal();
    await scene.isListed('one');
    await scene.callOn('one');
    await isLeftAlone(call, placement);
  });

  it.each(OUTAGES_MS)('M16 Redis away for %i ms: nobody is taken for gone', async (outageMs) => {
    const calls = [await scene.callOn('one'), await scene.callOn('other')];
    const placements = calls.map(({ ada }) => ada.placement);
    // And one of them out of reach besides, where nobody can tell whether it is there.
    scene.redis.freeze();
    one.fromFirst.cut();
    await sleep(outageMs);
    scene.redis.thaw();
    for (const client of calls.flatMap(bothOf)) {
      const asked = () => client.request('read-room', {}).catch(() => null);
      await expect.poll(asked, SOON).not.toBeNull();
    }
    one.fromFirst.heal();
    for (const [index, call] of calls.entries()) {
      await expect.poll(() => openSend(call.ada).catch(() => null), SOON).not.toBeNull();
      await isLeftAlone(call, placements[index] ?? 0);
    }
    for (const name of ['one', 'other']) await scene.isListed(name);
    for (const call of calls) expect(losses(call)).toEqual([0, 0]);
  });

  it('M17 M18 SIGTERM: its rooms move while what they had goes on, it has no new ones, and exits with 0', async () => {
    const calls = [await scene.callOn('one'), await scene.callOn('one')];
    const spared = await scene.callOn('other');
    const placements = calls.map(({ ada }) => ada.placement);
    const isOver = one.end('SIGTERM');
    for (const [index, { ada, bob }] of calls.entries()) {
      const before = placements[index] ?? 0;
      for (const client of [ada, bob]) {
        await expect.poll(() => client.placement, SOON).toBeGreaterThan(before);
      }
    }
    expect(await homesOf(calls)).toEqual(['other']);
    // Nothing has ended while somebody has yet to come.
    for (const call of calls) expect(losses(call)).toEqual([0, 0]);
    expect(await homesOf(await newCalls(3))).toEqual(['other']);
    for (const call of calls) {
      await talk(call);
      for (const client of bothOf(call)) {
        await client.request('arrived', { placement: client.placement });
      }
    }
    expect(await isOver).toBe(0);
    for (const [index, call] of calls.entries()) {
      for (const client of bothOf(call)) {
        await client.request('read-room', {});
        const lost = client
          .recordEvents()
          .flatMap((event) => (event.event === 'media-lost' ? [event.data.placement] : []));
        expect(lost).toEqual([placements[index]]);
      }
      // What was made there is there.
      await talk(call);
    }
    await scene.isListed('one', false);
    expect(losses(spared)).toEqual([0, 0]);
    expect(await scene.heldBy(other)).toContain(spared.roomId);
  });
});
