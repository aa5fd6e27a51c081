// Two hundred people come to twenty rooms and leave them again for ten minutes, over two real nodes, with
// the page's own client and real group keys. What the servers hold follows how many are there, and not how
// many have been.
import { expect, it } from 'vitest';
import { seeded, chooseSeed } from '../../signaling/test/support/seeded.ts';
import { startScriptCluster } from '../../signaling/test/support/script-cluster.ts';
import { Crowd } from './support/crowd.ts';
import { measure, type Measured, meanOf } from './support/measured.ts';

const PEOPLE = 200;
const ROOMS = 20;
const MINUTES = Number(process.env['MINUTES'] ?? 10);
const MINUTE_MS = 60_000;
/** On two cores: 200 members' keys and two nodes share them. */
const STAY_MS = { least: 30_000, most: 120_000 };

/** What a node may hold more at the end: caches that fill, and a heap that breathes. */
const HEAP_SLACK_BYTES = 16 * 1024 * 1024;

it(`V1 M5 ${PEOPLE} people come and go in ${ROOMS} rooms over two nodes: nothing grows but what is there`, async () => {
  const seed = chooseSeed();
  console.log(`SEED=${seed}`);
  const cluster = await startScriptCluster({ nodes: 2, withoutLimits: false });
  const crowd = await Crowd.start(cluster, { rooms: ROOMS, random: seeded(seed), stay: STAY_MS });
  const taken: Measured[] = [];
  const take = async (when: string): Promise<Measured> => {
    const measured = await measure(cluster);
    console.log(when, JSON.stringify({ ...measured, joined: crowd.joins }));
    return measured;
  };
  try {
    const empty = await take('empty');
    await crowd.fill(PEOPLE);
    // Each node has done all that it does once: what it keeps for good it has by now.
    await crowd.churn(MINUTE_MS);
    for (let minute = 1; minute <= MINUTES; minute += 1) {
      await crowd.churn(MINUTE_MS);
      taken.push(await take(`minute ${minute}`));
    }
    await crowd.settle();
    const full = await take('all together');
    expect(full).toMatchObject({ sockets: PEOPLE, peers: PEOPLE, storeErrors: 0, faults: 0 });
    expect(full.rooms).toBeLessThanOrEqual(ROOMS * 2);
    expect(crowd.together()).toBe(PEOPLE);
    await crowd.empty();
    // The last leaves are told to the records after their sockets have closed.
    await expect
      .poll(() => measure(cluster), { timeout: 60_000 })
      .toMatchObject({ sockets: 0, keys: 0 });
    const after = await take('empty again');
    const nothing = { sockets: 0, rooms: 0, peers: 0, keys: 0, storeErrors: 0 };
    expect(empty).toMatchObject(nothing);
    expect(after).toMatchObject(nothing);
    const [early, late] = [taken.slice(0, taken.length / 2), taken.slice(-taken.length / 2)];
    const before = meanOf(early, 'heapBytes');
    expect(meanOf(late, 'heapBytes')).toBeLessThan(before + HEAP_SLACK_BYTES);
  } finally {
    crowd.close();
    await cluster.close();
  }
});
