// Media nodes that register, as processes that are killed, halted and started anew under people in calls at
// two signaling processes (PROTOCOL M8, M12, M16). The clients check that versions are contiguous.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { level } from '../support/meeting.ts';
import {
  bothOf,
  type Call,
  losses,
  type MediaScene,
  placings,
  type SceneNode,
  SOON,
  startMediaScene,
  talk,
} from '../support/media-scene.ts';
import { hasRedis } from '../support/redis-server.ts';

/** Of calls on each node. */
const CALLS = 3;

const headsOf = (calls: readonly Call[]) => calls.map(({ bob }) => bob.at.head);

/** Nothing more came after that. */
const areSettled = async (calls: readonly Call[], before: readonly (readonly number[])[]) => {
  for (const [index, call] of calls.entries()) {
    for (const client of bothOf(call)) await client.request('read-room', {});
    expect(losses(call)).toEqual([1, 1]);
    expect(placings(call)).toEqual(before[index]?.map((times) => times + 1));
  }
};

describe.skipIf(!hasRedis)('media nodes that die', () => {
  let scene: MediaScene;
  let one: SceneNode;
  beforeEach(async () => {
    scene = await startMediaScene();
    one = await scene.startNode('one');
    await scene.startNode('other');
  });
  afterEach(() => scene.close());

  const callsOn = async (name: string): Promise<readonly Call[]> => {
    const calls: Call[] = [];
    while (calls.length < CALLS) calls.push(await scene.callOn(name));
    return calls;
  };

  /** Each was lost and placed again once, at the other node, and works there. */
  const haveMoved = async (calls: readonly Call[], before: readonly (readonly number[])[]) => {
    for (const [index, call] of calls.entries()) {
      await expect.poll(() => losses(call), SOON).toEqual([1, 1]);
      const placedAgain = before[index]?.map((times) => times + 1);
      await expect.poll(() => placings(call), SOON).toEqual(placedAgain);
    }
    for (const call of calls) {
      expect(await scene.homeOf(call)).toBe('other');
      await talk(call);
      await level(...bothOf(call));
    }
  };

  it('M16 kill -9: each of its rooms is lost and placed again once, and those of the other hear nothing', async () => {
    const calls = await callsOn('one');
    const spared = await callsOn('other');
    const placedBefore = calls.map(placings);
    const heads = headsOf(spared);
    one.signalAll('SIGKILL');
    await haveMoved(calls, placedBefore);
    await scene.isListed('one', false);
    await areSettled(calls, placedBefore);
    for (const call of spared) {
      for (const client of bothOf(call)) await client.request('read-room', {});
      expect(losses(call)).toEqual([0, 0]);
    }
    expect(headsOf(spared)).toEqual(heads);
  });

  it('M12 M16 halted with its workers: the same; when it goes on it closes its rooms, and has new ones', async () => {
    const calls = await callsOn('one');
    const spared = await callsOn('other');
    const placedBefore = calls.map(placings);
    const heads = headsOf(spared);
    one.signalAll('SIGSTOP');
    try {
      await haveMoved(calls, placedBefore);
    } finally {
      one.signalAll('SIGCONT');
    }
    await scene.isListed('one');
    await expect.poll(() => scene.heldBy(one), SOON).toEqual([]);
    await areSettled(calls, placedBefore);
    expect(headsOf(spared)).toEqual(heads);
    await scene.callOn('one');
  });

  it('M16 started again under the same name at the same address it is another node', async () => {
    const calls = await callsOn('one');
    const placedBefore = calls.map(placings);
    one.signalAll('SIGKILL');
    await one.ended;
    const again = await scene.startNode('one', one);
    for (const [index, call] of calls.entries()) {
      await expect.poll(() => losses(call), SOON).toEqual([1, 1]);
      const placedAgain = placedBefore[index]?.map((times) => times + 1);
      await expect.poll(() => placings(call), SOON).toEqual(placedAgain);
      await talk(call);
    }
    await areSettled(calls, placedBefore);
    const call = await scene.callOn('one');
    expect(await scene.heldBy(again)).toContain(call.roomId);
  });
});
