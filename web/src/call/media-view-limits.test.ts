// What of the tiles is received under a bandwidth limit, with audio only, and while nobody looks.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PeerView, ViewLayer } from '@sotto/signaling/protocol';
import { peer } from '../signaling/testing/room-samples.ts';
import type { VisibleTile } from './call-state.ts';
import { SCREEN_NOMINAL_BPS, wantedLayers, type Wish, withheldCameras } from './media-view.ts';
import { BANDWIDTH_LIMITS_KBPS, DEFAULT_PREFERENCES, type Preferences } from './preferences.ts';
import { CAMERA_RUNGS, MIC_BPS } from './send-limits.ts';

const ON = { on: true };

const person = (name: string, screenOn = false): PeerView =>
  peer(name, { mic: ON, cam: ON, ...(screenOn && { screen: ON, screenAudio: ON }) });

const tilesOf = (others: readonly PeerView[], widths: readonly number[]): readonly VisibleTile[] =>
  others.flatMap(({ peerId, streams }, index) => {
    const widthPx = widths[index] ?? 100;
    const cam: VisibleTile = { peerId, kind: 'cam', widthPx };
    return streams.screen.on ? [cam, { peerId, kind: 'screen', widthPx: 900 + index }] : [cam];
  });

const wish = (
  others: readonly PeerView[],
  widths: readonly number[],
  preferences: Partial<Preferences>,
  isHidden = false,
): Wish => ({
  others,
  tiles: tilesOf(others, widths),
  preferences: { ...DEFAULT_PREFERENCES, ...preferences },
  isHidden,
});

const camerasOf = (wanted: Wish) => {
  const layerOf = wantedLayers(wanted);
  return wanted.others.map(({ peerId }) => layerOf(peerId, 'cam'));
};

const screensOf = (wanted: Wish) => {
  const layerOf = wantedLayers(wanted);
  return wanted.others
    .filter(({ streams }) => streams.screen.on)
    .map(({ peerId }) => layerOf(peerId, 'screen'));
};

const rank = (layer: ViewLayer): number => (layer === 'off' ? -1 : layer);

const withheld = (wanted: Wish) => [...withheldCameras(wanted, wantedLayers(wanted))];

const three = [person('ann'), person('bob'), person('cat')];

describe('a bandwidth limit', () => {
  test('gives everybody a small picture before it gives anybody a large one', () => {
    // 460 kb/s: three of 150, and nothing to grow by.
    expect(camerasOf(wish(three, [1280, 1280, 1280], { bandwidthLimitKbps: 500 }))).toEqual([
      0, 0, 0,
    ]);
    // 960 kb/s: one grows to 500.
    expect(camerasOf(wish(three, [300, 1280, 640], { bandwidthLimitKbps: 1_000 }))).toEqual([
      0, 1, 0,
    ]);
  });

  test('leaves out who is smallest', () => {
    expect(camerasOf(wish(three, [500, 400, 900], { bandwidthLimitKbps: 250 }))).toEqual([
      'off',
      'off',
      0,
    ]);
  });

  test('goes to the screen first, which is there whatever it takes', () => {
    const others = [person('ann', true), person('bob')];
    const small = wish(others, [640, 640], { bandwidthLimitKbps: 250 });
    expect([screensOf(small), camerasOf(small)]).toEqual([[2], ['off', 'off']]);
    const large = wish(others, [640, 640], { bandwidthLimitKbps: 2_500 });
    expect([screensOf(large), camerasOf(large)]).toEqual([[2], [1, 0]]);
  });

  test('counts nothing for cameras that are off', () => {
    const others = [peer('ann', { cam: { on: false } }), person('bob')];
    expect(camerasOf(wish(others, [1280, 320], { bandwidthLimitKbps: 250 }))).toEqual([2, 0]);
  });

  const anyWish = fc
    .record({
      people: fc.array(fc.record({ widthPx: fc.nat(2_000), isSharing: fc.boolean() }), {
        maxLength: 12,
      }),
      bandwidthLimitKbps: fc.constantFrom(null, ...BANDWIDTH_LIMITS_KBPS),
    })
    .map(({ people, bandwidthLimitKbps }) =>
      wish(
        people.map(({ isSharing }, index) => person(`p${index}`, isSharing)),
        people.map(({ widthPx }) => widthPx),
        { bandwidthLimitKbps },
      ),
    );

  test('is never exceeded, but by the one screen that stays', () => {
    fc.assert(
      fc.property(anyWish, (wanted) => {
        const screens = screensOf(wanted).filter((layer) => layer !== 'off').length;
        const cameras = camerasOf(wanted).reduce<number>(
          (sum, layer) => sum + (layer === 'off' ? 0 : CAMERA_RUNGS[layer].bps),
          0,
        );
        const { bandwidthLimitKbps } = wanted.preferences;
        if (bandwidthLimitKbps === null) return;
        const bound = bandwidthLimitKbps * 1_000 - MIC_BPS;
        const sum = screens * SCREEN_NOMINAL_BPS + cameras;
        if (sum > bound) expect([screens, cameras]).toEqual([1, 0]);
      }),
    );
  });

  test('never makes a picture larger than without it, nor a larger tile worse off', () => {
    fc.assert(
      fc.property(anyWish, (wanted) => {
        const limited = camerasOf(wanted).map(rank);
        const free = camerasOf({ ...wanted, preferences: DEFAULT_PREFERENCES }).map(rank);
        const widths = wanted.others.map(
          ({ peerId }) =>
            wanted.tiles.find((tile) => tile.peerId === peerId && tile.kind === 'cam')?.widthPx ??
            0,
        );
        limited.forEach((layer, one) => {
          expect(layer).toBeLessThanOrEqual(free[one] ?? -1);
          limited.forEach((other, two) => {
            if ((widths[one] ?? 0) > (widths[two] ?? 0)) {
              expect(layer).toBeGreaterThanOrEqual(Math.min(other, free[one] ?? -1));
            }
          });
        });
      }),
    );
  });
});

test('audio only: no camera is received, every screen and all sound are', () => {
  const others = [person('ann', true), person('bob', true)];
  const wanted = wish(others, [640, 640], { audioOnly: true });
  expect(camerasOf(wanted)).toEqual(['off', 'off']);
  expect(screensOf(wanted)).toEqual([2, 2]);
  const layerOf = wantedLayers(wanted);
  expect(others.map(({ peerId }) => layerOf(peerId, 'mic'))).toEqual([0, 0]);
  expect(others.map(({ peerId }) => layerOf(peerId, 'screenAudio'))).toEqual([0, 0]);
});

test('a camera that has a tile and is not received is known, so that it does not stand still', () => {
  const [ann, bob] = three;
  const two = [ann, bob].flatMap((one) => one ?? []);
  const ids = two.map(({ peerId }) => peerId);
  expect(withheld(wish(two, [640, 320], {}))).toEqual([]);
  expect(withheld(wish(two, [640, 320], { audioOnly: true }))).toEqual(ids);
  expect(withheld(wish(two, [640, 320], { bandwidthLimitKbps: 250 }))).toEqual(ids.slice(1));
  expect(withheld({ ...wish(two, [], { audioOnly: true }), tiles: [] })).toEqual([]);
  expect(withheld(wish(two, [640, 320], { audioOnly: true }, true))).toEqual([]);
});

test('a page that nobody sees receives no cameras; sound and screens go on', () => {
  const others = [person('ann', true), person('bob')];
  const wanted = wish(others, [640, 640], {}, true);
  expect(camerasOf(wanted)).toEqual(['off', 'off']);
  expect(screensOf(wanted)).toEqual([2]);
});
