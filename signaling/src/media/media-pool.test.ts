// Which homes there are no more, and how long a call waits for a node (PROTOCOL M14, M15).
import type { MediaEvent, MediaNode } from '@sotto/sfu-worker/protocol';
import { expect, it } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { createMediaPool, GONE_AFTER_MS, REACH_MS } from './media-pool.ts';

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
    load: () => (isConnected ? [{ worker: 0, cpu: 0, rooms: 0, alive: true }] : []),
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    heldRooms: nothing,
    ensureRoom: nothing,
    closeRoom: nothing,
    closePeer: nothing,
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

const start = (...names: readonly string[]) => {
  const clock = new ManualClock();
  const fakes = names.map(fakeNode);
  const pool = createMediaPool(
    fakes.map(({ node }) => node),
    clock,
  );
  const [one, two] = fakes;
  if (one === undefined) throw new Error('a node');
  return { clock, pool, one, two: two ?? one };
};

const home = (nodeId: string) => ({ nodeId, worker: 0 });

it('M14 a home is gone when all nodes are connected and none is it', () => {
  const { pool, one, two } = start('n1', 'n2');
  one.connect('n1.b');
  expect(pool.isGone(home('n1.a'))).toBe(false);
  two.connect();
  expect(pool.isGone(home('n1.a'))).toBe(true);
  expect(pool.isGone(home('n1.b'))).toBe(false);
  expect(pool.isGone(home('n2'))).toBe(false);
});

it('M15 a home is gone when its node has been away for long and another is there', () => {
  const { clock, pool, one, two } = start('n1', 'n2');
  one.connect();
  two.connect();
  one.disconnect();
  clock.advance(GONE_AFTER_MS - 1);
  expect(pool.isGone(home('n1'))).toBe(false);
  clock.advance(1);
  expect(pool.isGone(home('n1'))).toBe(true);
  expect(pool.isGone(home('n2'))).toBe(false);
  two.disconnect();
  expect(pool.isGone(home('n1'))).toBe(false);
  one.connect();
  expect(pool.isGone(home('n1'))).toBe(false);
});

it('M15 a node that was never reached counts as away from the start', () => {
  const { clock, pool, one } = start('n1', 'n2');
  one.connect();
  expect(pool.isGone(home('n2'))).toBe(false);
  clock.advance(GONE_AFTER_MS);
  expect(pool.isGone(home('n2'))).toBe(true);
});

it('M15 with no node connected nothing is gone, and nothing is chosen', () => {
  const { clock, pool } = start('n1');
  clock.advance(GONE_AFTER_MS * 10);
  expect(pool.isGone(home('n1'))).toBe(false);
  expect(pool.isReady()).toBe(false);
  expect(() => pool.choose()).toThrow(expect.objectContaining({ code: 'media-unavailable' }));
});

it('M15 a call waits for its node, and for no other', async () => {
  const { clock, pool, one, two } = start('n1', 'n2');
  let reached: MediaNode | null = null;
  const reaching = pool.reach(home('n2')).then((node) => (reached = node));
  one.connect();
  clock.advance(REACH_MS - 1);
  await Promise.resolve();
  expect(reached).toBeNull();
  two.connect();
  await reaching;
  expect(reached).toBe(two.node);
  expect(await pool.reach(home('n1'))).toBe(one.node);
});

it('M15 a call waits for so long and no longer', async () => {
  const { clock, pool } = start('n1');
  const refused = expect(pool.reach(home('n1'))).rejects.toMatchObject({
    code: 'media-unavailable',
  });
  clock.advance(REACH_MS);
  await refused;
});

it('leaves its nodes alone when it is closed', () => {
  const { pool, one } = start('n1');
  expect(one.listeners.size).toBe(1);
  pool.close();
  expect(one.listeners.size).toBe(0);
});
