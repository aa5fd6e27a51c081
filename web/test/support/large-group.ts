// Many who join at once, on the real clock.
import { expect } from 'vitest';
import { GroupScene } from './group-scene.ts';
import { RealTime } from './time.ts';

/** All members share the cores of this machine: a meeting's members have one each. */
const PATIENCE_MS = 600_000;
/** Newcomers are let in together; one by one it would be an epoch for each. */
const EPOCHS_PER_MEMBER = 0.4;

/** Prints how long it took. */
export const largeGroup = async ({
  count,
  apps,
}: {
  readonly count: number;
  readonly apps: number;
}): Promise<void> => {
  const scene = await GroupScene.start({ apps, time: new RealTime() });
  try {
    const start = performance.now();
    await scene.joinAll(Array.from({ length: count }, (_, index) => `p${index}`));
    await scene.converge(scene.members, PATIENCE_MS);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const record = await scene.apps.record(scene.roomId);
    console.log(`${count} members, ${apps} app(s): epoch ${record?.group?.epoch}, ${seconds} s`);
    expect(record?.group?.members).toHaveLength(count);
    expect(record?.group?.epoch).toBeLessThanOrEqual(count * EPOCHS_PER_MEMBER);
    expect(record?.keyPackages).toEqual([]);
    const [first, ...others] = scene.members;
    if (first === undefined) throw new Error('nobody came');
    await scene.say(first, 'to all');
    await scene.time.until(() => others.every(({ texts }) => texts.length > 0));
    expect(new Set(others.map(({ texts }) => texts.join()))).toEqual(new Set(['p0: to all']));
  } finally {
    await scene.close();
  }
};
