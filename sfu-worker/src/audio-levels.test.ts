import { expect, it } from 'vitest';
import { loudestFirst } from './audio-levels.ts';

it('has one level for each peer, the loudest, in order', () => {
  expect(
    loudestFirst([
      { peerId: 'ada', volume: -40 },
      { peerId: 'bob', volume: -20 },
      { peerId: undefined, volume: -1 },
      { peerId: 'ada', volume: -10 },
      { peerId: 'ada', volume: -30 },
    ]),
  ).toEqual([
    { peerId: 'ada', volume: -10 },
    { peerId: 'bob', volume: -20 },
  ]);
  expect(loudestFirst([])).toEqual([]);
});
