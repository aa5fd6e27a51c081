import { PeerId } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import { comingsAndGoings, type Known } from './comings.ts';

type Names = Readonly<Record<string, string | null>>;

const peersOf = (names: Names) =>
  Object.entries(names).map(([id, displayName]) => ({
    peerId: PeerId.parse(id.padEnd(16, 'x')),
    displayName,
  }));

/** What is told at each step. */
const told = (...steps: readonly Names[]) => {
  let known: Known | null = null;
  return steps.map((names) => {
    const step = comingsAndGoings(known, peersOf(names));
    known = step.known;
    return { joined: step.joined, left: step.left };
  });
};

const nothing = { joined: [], left: [] };

test('whoever is there at first did not come, also if their names come later', () => {
  expect(told({ a: 'Ada', b: null }, { a: 'Ada', b: 'Bob' })).toEqual([nothing, nothing]);
});

test('whoever comes is told once, when they have a name', () => {
  expect(told({}, { a: null }, { a: null }, { a: 'Ada' }, { a: 'Ada' })).toEqual([
    nothing,
    nothing,
    nothing,
    { joined: ['Ada'], left: [] },
    nothing,
  ]);
});

test('a group made anew is no coming and going', () => {
  expect(told({ a: 'Ada' }, { a: null }, { a: 'Ada' })).toEqual([nothing, nothing, nothing]);
});

test('whoever leaves is told by the last name that they had', () => {
  expect(told({ a: 'Ada', b: 'Bob' }, { a: null, b: 'Bob' }, {})).toEqual([
    nothing,
    nothing,
    { joined: [], left: ['Ada', 'Bob'] },
  ]);
});

test('whoever leaves before they had a name was never there', () => {
  expect(told({}, { a: null }, {}, { a: 'Ada' })).toEqual([
    nothing,
    nothing,
    nothing,
    { joined: ['Ada'], left: [] },
  ]);
});
