// What of the hash of media nodes is taken for a node (PROTOCOL M16).
import { NODE_LEASE_MS } from '@sotto/sfu-worker/registry';
import { expect, it } from 'vitest';
import { MOST_NODES, readListing } from './redis-node-list.ts';

const NOW_MS = 1_763_700_000_000;

const value = (url: string, untilMs = NOW_MS + 1): string => JSON.stringify({ url, untilMs });

const read = (fields: Readonly<Record<string, string>>) => {
  const broken: unknown[] = [];
  const { nowMs, nodes } = readListing([NOW_MS, Object.entries(fields).flat()], (what) =>
    broken.push(what),
  );
  return { nowMs, nodes, broken };
};

it('M16 gives those whose lease holds, by the clock of Redis', () => {
  const fields = {
    'n1.a': value('ws://10.0.0.1:4000'),
    'n2.a': value('wss://media.example', NOW_MS),
  };
  expect(read(fields)).toEqual({
    nowMs: NOW_MS,
    nodes: [{ nodeId: 'n1.a', url: 'ws://10.0.0.1:4000', untilMs: NOW_MS + 1 }],
    broken: [],
  });
  expect(read({}).nodes).toEqual([]);
});

it('M16 leaves out what is broken, tells its name, and takes the others', () => {
  const { nodes, broken } = read({
    'n1.a': 'no JSON',
    'n2.a': value('http://a'),
    'n3.a': value('ws://a/path'),
    'a name': value('ws://a'),
    'n4.a': value('ws://b'),
  });
  expect(nodes.map(({ nodeId }) => nodeId)).toEqual(['n4.a']);
  expect(broken).toEqual(['n1.a', 'n2.a', 'n3.a', 'a name'].map((field) => ({ field })));
});

it('M16 believes nobody who says to be there for longer than a lease, or for longer than any can', () => {
  const { nodes, broken } = read({
    'n1.a': value('ws://a', NOW_MS + NODE_LEASE_MS + 1),
    // As before the clock was set back.
    'n2.a': value('ws://b', NOW_MS + 3_600_000),
    'n3.a': value('ws://c', Number.MAX_SAFE_INTEGER),
  });
  expect(nodes).toEqual([{ nodeId: 'n1.a', url: 'ws://a', untilMs: NOW_MS + NODE_LEASE_MS }]);
  expect(broken).toEqual([]);
});

it('M16 of too many takes the same ones each time', () => {
  const names = Array.from({ length: MOST_NODES + 3 }, (_, index) => `n${1_000 + index}.a`);
  const fields = Object.fromEntries(names.toReversed().map((name) => [name, value('ws://a')]));
  const { nodes, broken } = read(fields);
  expect(nodes.map(({ nodeId }) => nodeId)).toEqual(names.slice(0, MOST_NODES));
  expect(broken).toEqual([{ left: 3 }]);
});
