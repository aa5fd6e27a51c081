// Which homes there are no more, and how long a call waits for a node (PROTOCOL M14, M15).
import type { MediaNode, WorkerLoad } from '@sotto/sfu-worker/protocol';
import { expect, it } from 'vitest';
import { bareNode } from '../../test/support/bare-media-node.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { type MediaDirectory, UNSEEN_AFTER_MS } from './media-directory.ts';
import { createMediaPool, REACH_MS } from './media-pool.ts';
import { fixedMedia, GONE_AFTER_MS } from './node-lives.ts';

const start = (names: readonly string[], clock = new ManualClock()) => {
  const fakes = names.map((name) => bareNode(name));
  const directory = fixedMedia(
    fakes.map(({ node }) => node),
    clock,
  );
  const pool = createMediaPool({ directory, clock });
  const [one, two] = fakes;
  if (one === undefined) throw new Error('a node');
  return { clock, directory, pool, one, two: two ?? one };
};

const home = (nodeId: string) => ({ nodeId, worker: 0 });

/** A placement so old that nobody else can have made it a moment ago. */
const LONG_AGO = 1;

it('M14 a home is gone when all nodes are connected and none is it', () => {
  const { pool, one, two } = start(['n1', 'n2']);
  one.connect('n1.b');
  expect(pool.isGone(home('n1.a'), LONG_AGO)).toBe(false);
  two.connect();
  expect(pool.isGone(home('n1.a'), LONG_AGO)).toBe(true);
  expect(pool.isGone(home('n1.b'), LONG_AGO)).toBe(false);
  expect(pool.isGone(home('n2'), LONG_AGO)).toBe(false);
});

it('M15 a home is gone when its node has been away for long and another is there', () => {
  const { clock, pool, one, two } = start(['n1', 'n2']);
  one.connect();
  two.connect();
  one.disconnect();
  clock.advance(GONE_AFTER_MS - 1);
  expect(pool.isGone(home('n1'), LONG_AGO)).toBe(false);
  clock.advance(1);
  expect(pool.isGone(home('n1'), LONG_AGO)).toBe(true);
  expect(pool.isGone(home('n2'), LONG_AGO)).toBe(false);
  two.disconnect();
  expect(pool.isGone(home('n1'), LONG_AGO)).toBe(false);
  one.connect();
  expect(pool.isGone(home('n1'), LONG_AGO)).toBe(false);
});

it('M15 a node that was never reached counts as away from the start', () => {
  const { clock, pool, one } = start(['n1', 'n2']);
  one.connect();
  expect(pool.isGone(home('n2'), LONG_AGO)).toBe(false);
  clock.advance(GONE_AFTER_MS);
  expect(pool.isGone(home('n2'), LONG_AGO)).toBe(true);
});

it('M15 a timer that comes a little early by the clock gives its node up all the same, and says so', () => {
  // Node's timers are rounded: after 6 s by them, 5999 ms may have passed by the clock.
  class EarlyClock extends ManualClock {
    override after(ms: number, task: () => void): () => void {
      return super.after(ms - 1, task);
    }
  }
  const { clock, pool, one, two } = start(['n1', 'n2'], new EarlyClock());
  one.connect();
  two.connect();
  one.disconnect();
  const found: boolean[] = [];
  pool.watch(() => found.push(pool.isGone(home('n1'), LONG_AGO)));
  clock.advance(GONE_AFTER_MS - 1);
  expect(found).toEqual([true]);
});

it('M15 a node that is back in time is not given up by what its absence began', () => {
  const { clock, pool, one, two } = start(['n1', 'n2']);
  one.connect();
  two.connect();
  one.disconnect();
  clock.advance(GONE_AFTER_MS - 1);
  one.connect();
  one.disconnect();
  clock.advance(GONE_AFTER_MS - 1);
  expect(pool.isGone(home('n1'), LONG_AGO)).toBe(false);
  clock.advance(1);
  expect(pool.isGone(home('n1'), LONG_AGO)).toBe(true);
});

it('M14 a life of a node that was seen to end is gone at once, however new the placement', () => {
  const { clock, pool, one } = start(['n1', 'n2']);
  one.connect('n1.a');
  one.disconnect();
  one.connect('n1.b');
  expect(pool.isGone(home('n1.a'), clock.now())).toBe(true);
  expect(pool.isGone(home('n1.b'), clock.now())).toBe(false);
});

it('M14 a home that is only not seen here is gone when it has been one for a while, and that is said', () => {
  const { clock, pool, one } = start(['n1']);
  const placement = clock.now();
  const found: boolean[] = [];
  pool.watch(() => found.push(pool.isGone(home('other'), placement)));
  one.connect();
  clock.advance(UNSEEN_AFTER_MS - 1);
  expect(pool.isGone(home('other'), placement)).toBe(false);
  clock.advance(1);
  expect(found).toEqual([false, true]);
});

it('M15 a room that was placed on a node while this process did not reach it is left there for a while', () => {
  const { clock, pool, one, two } = start(['n1', 'n2']);
  one.connect();
  two.connect();
  one.disconnect();
  clock.advance(GONE_AFTER_MS);
  const placement = clock.now();
  expect(pool.isGone(home('n1'), placement)).toBe(false);
  expect(pool.isGone(home('n1'), placement - GONE_AFTER_MS)).toBe(true);
  clock.advance(UNSEEN_AFTER_MS);
  expect(pool.isGone(home('n1'), placement)).toBe(true);
});

it('M14 M15 a placement by a clock that is far ahead does not keep a home that is gone', () => {
  const { clock, pool, one, two } = start(['n1', 'n2']);
  one.connect();
  two.connect();
  const placement = clock.now() + 3_600_000;
  one.disconnect();
  clock.advance(GONE_AFTER_MS);
  expect(pool.isGone(home('n1'), placement)).toBe(true);
  expect(pool.isGone(home('n2'), placement)).toBe(false);
  one.connect('n1.b');
  expect(pool.isGone(home('other'), placement)).toBe(true);
});

it('M15 a call to a home that is gone does not wait, nor does one whose home is seen to end', async () => {
  const { clock, pool, one } = start(['n1']);
  one.connect('n1.a');
  one.disconnect();
  const waiting = pool.reach(home('n1.a'), clock.now());
  one.connect('n1.b');
  await expect(waiting).rejects.toMatchObject({ code: 'media-unavailable' });
  const late = pool.reach(home('n1.a'), clock.now());
  await expect(late).rejects.toMatchObject({ code: 'media-unavailable' });
});

it('M15 with no node connected nothing is gone, and nothing is chosen', () => {
  const { clock, pool } = start(['n1']);
  clock.advance(GONE_AFTER_MS * 10);
  expect(pool.isGone(home('n1'), LONG_AGO)).toBe(false);
  expect(pool.isReady()).toBe(false);
  expect(() => pool.choose()).toThrow(expect.objectContaining({ code: 'media-unavailable' }));
});

it('M15 a call waits for its node, and for no other', async () => {
  const { clock, pool, one, two } = start(['n1', 'n2']);
  let reached: MediaNode | null = null;
  const reaching = pool.reach(home('n2'), LONG_AGO).then((node) => (reached = node));
  one.connect();
  clock.advance(REACH_MS - 1);
  await Promise.resolve();
  expect(reached).toBeNull();
  two.connect();
  await reaching;
  expect(reached).toBe(two.node);
  expect(await pool.reach(home('n1'), LONG_AGO)).toBe(one.node);
});

it('M15 a call waits for so long and no longer', async () => {
  const { clock, pool } = start(['n1']);
  const refused = expect(pool.reach(home('n1'), LONG_AGO)).rejects.toMatchObject({
    code: 'media-unavailable',
  });
  clock.advance(REACH_MS);
  await refused;
});

it('leaves its nodes alone when it is closed', async () => {
  const { directory, one } = start(['n1']);
  expect(one.listeners.size).toBe(1);
  await directory.close();
  expect(one.listeners.size).toBe(0);
});

/** A directory of connected nodes with these loads, some of them not listed. */
const loaded = (
  loads: Readonly<Record<string, Partial<WorkerLoad>>>,
  unlisted: readonly string[] = [],
): MediaDirectory => ({
  nodes: Object.entries(loads).map(([nodeId, load]) => {
    const { node, connect, setLoad } = bareNode(nodeId);
    connect();
    setLoad(load);
    return node;
  }),
  isListed: (nodeId) => !unlisted.includes(nodeId),
  isGone: () => false,
  watch: () => () => undefined,
  close: async () => undefined,
});

const chosen = (directory: MediaDirectory, times: number, random: () => number) => {
  const pool = createMediaPool({ directory, clock: new ManualClock(), random });
  return Array.from({ length: times }, () => pool.choose().nodeId);
};

it('M16 rooms go to the least loaded worker, each counted where it was sent before it is there', () => {
  const directory = loaded({ n1: { rooms: 2 }, n2: { cpu: 0.2 }, n3: { cpu: 0.5 } });
  expect(chosen(directory, 4, () => 0.99)).toEqual(['n1', 'n1', 'n2', 'n1']);
});

it('M16 workers that cost about the same are drawn by lot', () => {
  const directory = loaded({ n1: {}, n2: { cpu: 0.04 }, n3: { cpu: 0.05 } });
  expect(chosen(directory, 1, () => 0)).toEqual(['n1']);
  expect(chosen(directory, 1, () => 0.99)).toEqual(['n2']);
});

it('M16 a node that is not listed, or takes no rooms, is chosen where there is no other', () => {
  const busy = { n1: {}, n2: { cpu: 0.9 } };
  expect(chosen(loaded(busy, ['n1']), 1, () => 0)).toEqual(['n2']);
  expect(chosen(loaded(busy, ['n1', 'n2']), 1, () => 0)).toEqual(['n1']);
  for (const no of [{ draining: true }, { alive: false }]) {
    expect(chosen(loaded({ n1: {}, n2: no }, ['n1']), 1, () => 0.99)).toEqual(['n1']);
    expect(() => chosen(loaded({ n2: no }), 1, () => 0)).toThrow('no media worker is up');
  }
});

it('M16 who has refused a room is chosen last, for a while', () => {
  const clock = new ManualClock();
  const directory = loaded({ n1: {}, n2: { cpu: 0.5 }, n3: { cpu: 0.9 } }, ['n3']);
  const pool = createMediaPool({ directory, clock, random: () => 0 });
  for (const nodeId of ['n1', 'n2', 'n3', 'n1']) {
    expect(pool.choose().nodeId).toBe(nodeId);
    pool.refused(home(nodeId));
  }
  // The first refused again: nobody is left who did not.
  clock.advance(9_999);
  expect(pool.choose().nodeId).toBe('n1');
  pool.refused(home('n1'));
  clock.advance(1);
  expect(pool.choose().nodeId).toBe('n2');
  clock.advance(9_999);
  expect(pool.choose().nodeId).toBe('n1');
});

it('M16 who follows nodes begins with each that is there or comes, and ends with each that goes', () => {
  const [one, two] = [bareNode('n1').node, bareNode('n2').node];
  let nodes: readonly MediaNode[] = [one];
  const watching = new Set<() => void>();
  const directory: MediaDirectory = {
    ...loaded({}),
    get nodes() {
      return nodes;
    },
    watch: (listener) => {
      watching.add(listener);
      return () => watching.delete(listener);
    },
  };
  const become = (...next: readonly MediaNode[]): void => {
    nodes = next;
    for (const tell of watching) tell();
  };
  const pool = createMediaPool({ directory, clock: new ManualClock() });
  const said: string[] = [];
  const nameOf = (node: MediaNode): string => (node === one ? 'one' : 'two');
  const stop = pool.eachNode((node) => {
    said.push(`+${nameOf(node)}`);
    return () => said.push(`-${nameOf(node)}`);
  });
  become(one, two);
  become(one, two);
  become(two);
  expect(said).toEqual(['+one', '+two', '-one']);
  stop();
  expect(said.slice(3)).toEqual(['-two']);
  expect(watching.size).toBe(0);
});
