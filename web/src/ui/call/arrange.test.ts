// Who is where on the stage, for the arrangements that there are.
import { PeerId } from '@sotto/signaling/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrange, type Scene } from './arrange.ts';

const peer = (index: number): PeerId => PeerId.parse(`peer${index}`.padEnd(16, 'x'));
const peers = (count: number) => Array.from({ length: count }, (_, index) => peer(index));

const scene = (changes: Partial<Scene>): Scene => ({
  area: { width: 1424, height: 816 },
  compact: false,
  peerIds: [],
  screens: [],
  ownScreen: false,
  pinned: null,
  page: 0,
  corner: 'bottom-end',
  ...changes,
});

const places = (changes: Partial<Scene>) =>
  arrange(scene(changes)).tiles.map(({ key, place }) => `${key}@${place}`);

describe('the own picture', () => {
  test('floats while one is alone, or with one other', () => {
    expect(places({})).toEqual(['self@float']);
    expect(places({ peerIds: peers(1) })).toEqual([`${peer(0)}@grid`, 'self@float']);
  });

  test('is a tile like any other with more, the first', () => {
    expect(places({ peerIds: peers(2) })).toEqual([
      'self@grid',
      `${peer(0)}@grid`,
      `${peer(1)}@grid`,
    ]);
  });
});

describe('a shared screen', () => {
  test('takes the stage, the latest if there are two', () => {
    const [first, second] = [peer(0), peer(1)];
    expect(places({ peerIds: [first, second], screens: [second, first] })).toEqual([
      `${second}:screen@strip`,
      `${first}:screen@stage`,
      'self@strip',
      `${first}@strip`,
      `${second}@strip`,
    ]);
  });

  test('of one’s own takes a tile and leaves the stage to the people', () => {
    expect(places({ peerIds: peers(1), ownScreen: true })).toEqual([
      'self:screen@grid',
      'self@grid',
      `${peer(0)}@grid`,
    ]);
  });
});

describe('a pinned tile', () => {
  test('takes the stage, also from a shared screen, and no tile changes its turn', () => {
    const [first, second] = [peer(0), peer(1)];
    expect(places({ peerIds: [first, second], pinned: second })).toEqual([
      'self@strip',
      `${first}@strip`,
      `${second}@stage`,
    ]);
    expect(places({ peerIds: [first, second], screens: [first], pinned: 'self' })).toEqual([
      `${first}:screen@strip`,
      'self@stage',
      `${first}@strip`,
      `${second}@strip`,
    ]);
  });

  test('is on every page of the others', () => {
    const pinned = { peerIds: peers(39), pinned: peer(30) };
    const { pages } = arrange(scene(pinned));
    for (let page = 0; page < pages; page++) {
      const { tiles } = arrange(scene({ ...pinned, page }));
      expect(tiles.find(({ place }) => place === 'stage')?.key).toBe(peer(30));
    }
  });

  test('that is gone leaves the stage, and of a pair nobody is pinned', () => {
    expect(places({ peerIds: peers(2), pinned: peer(9) })).toEqual(places({ peerIds: peers(2) }));
    expect(places({ peerIds: peers(1), pinned: peer(0) })).toEqual(places({ peerIds: peers(1) }));
  });
});

describe('pages', () => {
  test('hold 25, on a phone 6', () => {
    expect(arrange(scene({ peerIds: peers(39) }))).toMatchObject({ page: 0, pages: 2 });
    expect(arrange(scene({ peerIds: peers(39) })).tiles).toHaveLength(25);
    const phone = { compact: true, area: { width: 344, height: 556 } };
    expect(arrange(scene({ peerIds: peers(39), ...phone })).tiles).toHaveLength(6);
  });

  test('that are no more become the last there is', () => {
    expect(arrange(scene({ peerIds: peers(30), page: 9 }))).toMatchObject({ page: 1, pages: 2 });
  });

  test('together show everybody exactly once, whatever is shared', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 60 }),
        fc.nat({ max: 3 }),
        fc.boolean(),
        fc.boolean(),
        fc.option(fc.nat({ max: 60 })),
        (count, sharing, ownScreen, compact, pin) => {
          const peerIds = peers(count);
          const screens = peerIds.slice(0, sharing);
          const pinned = pin === null ? null : peer(pin);
          const at = (page: number) =>
            arrange(scene({ peerIds, screens, ownScreen, compact, page, pinned }));
          const { pages } = at(0);
          const shown = Array.from({ length: pages }, (_, page) => at(page).tiles).flat();
          // The stage is on every page.
          const keys = shown.filter(({ place }) => place !== 'stage').map(({ key }) => key);
          const onStage = new Set(shown.filter(({ place }) => place === 'stage').map((t) => t.key));
          expect(new Set(keys).size).toBe(keys.length);
          expect(keys.length + onStage.size).toBe(1 + count + screens.length + (ownScreen ? 1 : 0));
        },
      ),
    );
  });
});

test('nothing is placed before the stage has a size', () => {
  expect(places({ area: { width: 0, height: 0 }, peerIds: peers(3) })).toEqual([]);
});
