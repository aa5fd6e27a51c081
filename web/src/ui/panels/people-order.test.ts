import { expect, test } from 'vitest';
import { handsFirst } from './people-order.ts';

const peer = (name: string, handRaisedAt: number | null = null) => ({ name, handRaisedAt });

test('raised hands come first, in the order in which they went up', () => {
  const peers = [peer('a'), peer('b', 30), peer('c'), peer('d', 10), peer('e', 20)];
  expect(handsFirst(peers).map(({ name }) => name)).toEqual(['d', 'e', 'b', 'a', 'c']);
});

test('without hands everybody stays where they are', () => {
  const peers = [peer('a'), peer('b'), peer('c')];
  expect(handsFirst(peers)).toEqual(peers);
});
