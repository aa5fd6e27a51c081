// Media nodes that register: who is dialled, who is let go, and which homes there are no more (PROTOCOL M16).
import { NODE_LEASE_MS } from '@sotto/sfu-worker/registry';
import { beforeEach, expect, it } from 'vitest';
import { type BareNode, bareNode } from '../../test/support/bare-media-node.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { AppError } from '../errors.ts';
import type { MediaDirectory } from './media-directory.ts';
import { UNSEEN_AFTER_MS } from './media-directory.ts';
import { BLINK_MS, FORGET_AFTER_MS, READ_EVERY_MS, registeredMedia } from './registered-media.ts';

/** A placement so old that everybody has seen its home. */
const LONG_AGO = 1;

const urlOf = (nodeId: string): string => `ws://${nodeId.split('.')[0]}:4000`;
const home = (nodeId: string) => ({ nodeId, worker: 0 });

let clock: ManualClock;
let directory: MediaDirectory;
/** Each beats whenever the list is read. */
let beating: Set<string>;
let until: Map<string, number>;
let refusal: Error | null;
/** Of Redis, whose clock need not be set as ours is. */
let aheadMs: number;
let dialled: Map<string, BareNode>;
let errors: string[];

beforeEach(() => {
  clock = new ManualClock();
  beating = new Set();
  until = new Map();
  refusal = null;
  aheadMs = 7_000_000;
  dialled = new Map();
  errors = [];
  directory = registeredMedia({
    clock,
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (_facts, message) => void errors.push(message),
    },
    read: async () => {
      if (refusal !== null) throw refusal;
      const nowMs = clock.now() + aheadMs;
      for (const nodeId of beating) until.set(nodeId, nowMs + NODE_LEASE_MS);
      const nodes = [...until]
        .filter(([, untilMs]) => untilMs > nowMs)
        .map(([nodeId, untilMs]) => ({ nodeId, url: urlOf(nodeId), untilMs }));
      return { nowMs, nodes };
    },
    connect: (url) => {
      const node = bareNode('');
      dialled.set(url, node);
      return node.node;
    },
  });
});

const answered = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

/** Time passes, read by read. */
const pass = async (ms: number): Promise<void> => {
  await answered();
  for (let passed = 0; passed < ms; passed += READ_EVERY_MS) {
    clock.advance(Math.min(READ_EVERY_MS, ms - passed));
    await answered();
  }
};

const at = (nodeId: string): BareNode => {
  const node = dialled.get(urlOf(nodeId));
  if (node === undefined) throw new Error(`${nodeId} was not dialled`);
  return node;
};

/** Registered, connected, and for long enough. */
const up = async (...nodeIds: readonly string[]): Promise<void> => {
  for (const nodeId of nodeIds) beating.add(nodeId);
  await pass(READ_EVERY_MS);
  for (const nodeId of nodeIds) at(nodeId).connect(nodeId);
  await pass(NODE_LEASE_MS);
};

/** As kill -9: says nothing more to anybody. */
const die = (nodeId: string): void => {
  beating.delete(nodeId);
  at(nodeId).disconnect();
};

it('M16 a node that registers is dialled once, and told of when it is there', async () => {
  const seen: string[][] = [];
  directory.watch(() => seen.push(directory.nodes.map(({ nodeId }) => nodeId)));
  await up('n1.a');
  await up('n2.a');
  expect(seen).toEqual([[''], ['n1.a'], ['n1.a', ''], ['n1.a', 'n2.a']]);
  const [first] = directory.nodes;
  beating.delete('n1.a');
  beating.add('n1.b');
  await pass(NODE_LEASE_MS + READ_EVERY_MS);
  expect(directory.nodes[0]).toBe(first);
  expect(directory.nodes).toHaveLength(2);
  expect(directory.isListed('n1.b')).toBe(true);
  expect(directory.isListed('n1.a')).toBe(false);
});

it('M16 who is neither listed nor connected is let go after a while, and not who is one of them', async () => {
  await up('n1.a', 'n2.a', 'n3.a');
  die('n1.a');
  at('n2.a').disconnect();
  beating.delete('n3.a');
  const gone = at('n1.a');
  await pass(FORGET_AFTER_MS - 1);
  expect(directory.nodes).toHaveLength(3);
  await pass(READ_EVERY_MS);
  expect(directory.nodes.map(({ nodeId }) => nodeId)).toEqual(['n2.a', 'n3.a']);
  expect(gone.isClosed()).toBe(true);
  expect(gone.listeners.size).toBe(0);
  expect(at('n2.a').isClosed()).toBe(false);
});

it('M16 a home is gone when its lease is over, it is not connected and another is, and that is said once', async () => {
  await up('n1.a', 'n2.a');
  const found: boolean[] = [];
  directory.watch(() => found.push(directory.isGone(home('n1.a'), LONG_AGO)));
  die('n1.a');
  await pass(NODE_LEASE_MS - 1);
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(false);
  await pass(READ_EVERY_MS);
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(true);
  expect(directory.isGone(home('n2.a'), LONG_AGO)).toBe(false);
  await pass(2 * READ_EVERY_MS);
  // It was disconnected, and its lease ended.
  expect(found).toEqual([false, true]);
});

it('M16 with no other node connected nothing is gone', async () => {
  await up('n1.a', 'n2.a');
  at('n2.a').disconnect();
  die('n1.a');
  await pass(3 * NODE_LEASE_MS);
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(false);
  at('n2.a').connect('n2.a');
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(true);
});

it('M16 connected and not listed, or listed and not connected, is not gone', async () => {
  await up('n1.a', 'n2.a', 'n3.a');
  beating.delete('n1.a');
  at('n2.a').disconnect();
  await pass(FORGET_AFTER_MS + UNSEEN_AFTER_MS);
  for (const nodeId of ['n1.a', 'n2.a']) {
    expect(directory.isGone(home(nodeId), LONG_AGO)).toBe(false);
  }
  expect(['n1.a', 'n2.a'].map((nodeId) => directory.isListed(nodeId))).toEqual([false, true]);
});

it('M16 a blink of the connection to a node that is not listed leaves it alone', async () => {
  await up('n1.a', 'n2.a');
  beating.delete('n1.a');
  await pass(2 * NODE_LEASE_MS);
  at('n1.a').disconnect();
  clock.advance(BLINK_MS - 1);
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(false);
  at('n1.a').connect('n1.a');
  await pass(BLINK_MS);
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(false);
  at('n1.a').disconnect();
  await pass(BLINK_MS);
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(true);
});

it('M16 nobody is gone by a list that cannot be read, nor before it could be for a whole lease', async () => {
  await up('n1.a', 'n2.a');
  at('n1.a').disconnect();
  refusal = new AppError('unavailable', 'as when Redis is away');
  await pass(10 * NODE_LEASE_MS);
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(false);
  expect(directory.isListed('n1.a')).toBe(true);
  // All leases are over; who lives says so again.
  refusal = null;
  beating.delete('n1.a');
  await pass(READ_EVERY_MS);
  expect(directory.isListed('n1.a')).toBe(false);
  await pass(NODE_LEASE_MS - 1);
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(false);
  await pass(READ_EVERY_MS);
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(true);
  expect(errors).toEqual([]);
});

it('M16 a lease that was read holds until its end, also when the list has come back empty', async () => {
  await up('n1.a', 'n2.a');
  at('n1.a').disconnect();
  until.clear();
  beating.clear();
  await pass(READ_EVERY_MS);
  expect(directory.isListed('n1.a')).toBe(false);
  await pass(NODE_LEASE_MS - 2 * READ_EVERY_MS);
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(false);
  await pass(READ_EVERY_MS);
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(true);
});

it('M16 a home that was never seen here is gone when it has been one for a while, and that is said', async () => {
  await up('n2.a');
  const placement = clock.now();
  const found: boolean[] = [];
  directory.watch(() => found.push(directory.isGone(home('other'), placement)));
  expect(directory.isGone(home('other'), placement - UNSEEN_AFTER_MS)).toBe(true);
  await pass(UNSEEN_AFTER_MS - 1);
  expect(directory.isGone(home('other'), placement)).toBe(false);
  await pass(READ_EVERY_MS);
  expect(directory.isGone(home('other'), placement)).toBe(true);
  await pass(UNSEEN_AFTER_MS);
  expect(found).toContain(true);
});

it('M16 a placement by a clock that is far ahead does not keep a home that is gone', async () => {
  await up('n1.a', 'n2.a');
  const placement = clock.now() + 3_600_000;
  die('n1.a');
  await pass(NODE_LEASE_MS - 1);
  expect(directory.isGone(home('n1.a'), placement)).toBe(false);
  await pass(READ_EVERY_MS);
  expect(directory.isGone(home('n1.a'), placement)).toBe(true);
});

it('M16 a lease that was told by a clock which has been set back holds no longer than any', async () => {
  await up('n1.a', 'n2.a', 'n3.a');
  aheadMs -= 3_600_000;
  // Two say so again by it, and one of them dies then; the third did at the same moment.
  until.delete('n3.a');
  die('n3.a');
  await pass(READ_EVERY_MS);
  die('n1.a');
  await pass(NODE_LEASE_MS + READ_EVERY_MS);
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(true);
  expect(directory.isGone(home('n3.a'), LONG_AGO)).toBe(true);
  expect(directory.isGone(home('n2.a'), LONG_AGO)).toBe(false);
});

it('M16 a node that starts again is another life; its former one is gone with its lease', async () => {
  await up('n1.a', 'n2.a');
  die('n1.a');
  beating.add('n1.b');
  at('n1.a').connect('n1.b');
  await pass(NODE_LEASE_MS - 1);
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(false);
  await pass(READ_EVERY_MS);
  expect(directory.isGone(home('n1.a'), LONG_AGO)).toBe(true);
  expect(directory.isGone(home('n1.b'), LONG_AGO)).toBe(false);
});

it('M16 a list that is refused is told once, until it is read again', async () => {
  refusal = new AppError('internal', 'Redis refuses: NOPERM');
  await pass(5 * READ_EVERY_MS);
  expect(errors).toEqual(['media nodes cannot be listed']);
  refusal = null;
  await pass(READ_EVERY_MS);
  refusal = new AppError('internal', 'Redis refuses: NOPERM');
  await pass(5 * READ_EVERY_MS);
  expect(errors).toHaveLength(2);
});

it('reads no more when it is closed, and closes its connections', async () => {
  await up('n1.a');
  await directory.close();
  await directory.close();
  expect(at('n1.a').isClosed()).toBe(true);
  beating.add('n2.a');
  await pass(2 * READ_EVERY_MS);
  expect(dialled.size).toBe(1);
});
