import { describe, expect, it } from 'vitest';
import { createRoomLevels, loudestFirst, type AudioLevels } from './audio-levels.ts';

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

const start = () => {
  const told: AudioLevels[] = [];
  return { told, levels: createRoomLevels<string>((list) => told.push(list)) };
};
const level = (peerId: string, volume: number) => ({ peerId, volume });

describe('M19 the levels of a room on several workers', () => {
  it('are one list, loudest first, and told once in an interval', () => {
    const { told, levels } = start();
    levels.heard('a', [level('ada', -30)]);
    levels.heard('b', [level('bob', -20)]);
    expect(told).toEqual([[level('ada', -30)]]);
    levels.heard('a', [level('ada', -25)]);
    levels.heard('b', [level('bob', -40)]);
    levels.heard('a', [level('ada', -35)]);
    expect(told.slice(1)).toEqual([
      [level('bob', -20), level('ada', -25)],
      [level('ada', -35), level('bob', -40)],
    ]);
  });

  it('are empty only when all are silent', () => {
    const { told, levels } = start();
    levels.heard('a', [level('ada', -30)]);
    levels.heard('b', [level('bob', -20)]);
    levels.heard('a', []);
    expect(told.at(-1)).toEqual([level('bob', -20)]);
    levels.heard('b', []);
    expect(told.at(-1)).toEqual([]);
    expect(told).toHaveLength(3);
  });

  it('are no more than of one worker', () => {
    const { told, levels } = start();
    const ten = (name: string, volume: number) =>
      Array.from({ length: 10 }, (_, index) => level(`${name}${index}`, volume - index));
    levels.heard('b', ten('b', -20));
    levels.heard('a', ten('a', -15));
    levels.heard('b', ten('b', -20));
    expect(told.at(-1)).toHaveLength(10);
    expect(told.at(-1)?.slice(4, 7)).toEqual([
      level('a4', -19),
      level('b0', -20),
      level('a5', -20),
    ]);
  });

  it('forget those of a worker that the room has left', () => {
    const { told, levels } = start();
    levels.forget('a');
    expect(told).toEqual([]);
    levels.heard('a', [level('ada', -30)]);
    levels.forget('a');
    levels.forget('a');
    expect(told).toEqual([[level('ada', -30)], []]);
  });
});
