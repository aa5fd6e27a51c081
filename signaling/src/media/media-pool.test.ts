// Which homes there are no more, and how long a call waits for a node (PROTOCOL M14, M15).
import type { MediaEvent, MediaNode } from '@sotto/sfu-worker/protocol';
import { expect, it } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { UNSEEN_AFTER_MS } from './media-directory.ts';
import { createMediaPool, REACH_MS } from './media-pool.ts';
import { fixedMedia, GONE_AFTER_MS } from './node-lives.ts';

const nothing = async (): Promise<never> => {
  throw new Error('no call in these tests');
};

/** Connected, and as another life of the node, when a test says so. */
const fakeNode = (firstId: string) => {
  let nodeId = '';
  let isConnected = false;
  const listeners = new Set<(event: MediaEvent) => void>();
  const tell = (event: MediaEvent): void => listeners.forEach((listener) => listener(event));
  const node: MediaNode = {
    get nodeId() {
      return nodeId;
    },
    isConnected: () => isConnected,
    load: () =>
      isConnected ? [{ worker: 0, cpu: 0, rooms: 0, alive: true, draining: false }] : [],
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    heldRooms: nothing,
    ensureRoom: nothing,
    closeRoom: nothing,
    closePeer: nothing,
    drain: nothing,
    openTransport: nothing,
    connectTransport: nothing,
    restartIce: nothing,
    produce: nothing,
    setProducerPaused: nothing,
    closeProducer: nothing,
    consume: nothing,
    view: nothing,
    requestKeyFrames: nothing,
  };
  return {
    node,
    listeners,
    connect: (id = firstId) => {
      nodeId = id;
      isConnected = true;
      tell({ type: 'connected' });
    },
    disconnect: () => {
      isConnected = false;
      tell({ type: 'disconnected' });
    },
  };
};

const start = (names: readonly string[], clock = new ManualClock()) => {
  const fakes = names.map(fakeNode);
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
