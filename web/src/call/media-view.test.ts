import { expect, test } from 'vitest';
import type { PeerView } from '@sotto/signaling/protocol';
import { peer, producerId } from '../signaling/testing/room-samples.ts';
import type { VisibleTile } from './call-state.ts';
import { DEFAULT_PREFERENCES } from './preferences.ts';
import { computeView, isSameView, layerFor, producersOf, type Wish } from './media-view.ts';

const carried = (text: string) => ({ on: true, producerId: producerId(text) });
const ann = peer('ann', { mic: carried('annMic'), cam: carried('annCam') });
const bob = peer('bob', {
  mic: carried('bobMic'),
  cam: carried('bobCam'),
  screen: carried('bobScreen'),
  screenAudio: carried('bobAudio'),
});
const wish = (others: readonly PeerView[], tiles: readonly VisibleTile[] = []): Wish => ({
  others,
  tiles,
  preferences: DEFAULT_PREFERENCES,
});

const all = (): boolean => true;

const tile = (
  { peerId }: { readonly peerId: VisibleTile['peerId'] },
  kind: VisibleTile['kind'],
  widthPx: number,
): VisibleTile => ({ peerId, kind, widthPx });

test('the layer follows the width in device pixels', () => {
  expect([0, 320, 321, 640, 641, 3840].map(layerFor)).toEqual([0, 0, 1, 1, 2, 2]);
});

test('all sound is on; pictures only where there is a tile', () => {
  const view = computeView(
    wish([ann, bob], [tile(ann, 'cam', 300), tile(bob, 'screen', 1200)]),
    all,
  );
  expect([...view]).toEqual([
    [producerId('annMic'), 0],
    [producerId('annCam'), 0],
    [producerId('bobMic'), 0],
    [producerId('bobScreen'), 2],
    [producerId('bobAudio'), 0],
  ]);
});

test('of two tiles of one picture the larger counts', () => {
  const view = computeView(wish([ann], [tile(ann, 'cam', 200), tile(ann, 'cam', 900)]), all);
  expect(view.get(producerId('annCam'))).toBe(2);
});

test('what has no consumer yet is not named', () => {
  const view = computeView(
    wish([ann], [tile(ann, 'cam', 900)]),
    (id) => id === producerId('annMic'),
  );
  expect([...view.keys()]).toEqual([producerId('annMic')]);
});

test('a tile of somebody who is gone is nothing', () => {
  expect(computeView(wish([], [tile(ann, 'cam', 900)]), all).size).toBe(0);
});

test('producers are those that the media node has', () => {
  const meant = peer('cat', { mic: { on: true } });
  expect([...producersOf([ann, meant])]).toEqual([producerId('annMic'), producerId('annCam')]);
});

test('views are compared by what they name', () => {
  const one = computeView(wish([ann], []), all);
  expect(isSameView(one, computeView(wish([ann], []), all))).toBe(true);
  expect(isSameView(one, computeView(wish([ann], [tile(ann, 'cam', 9)]), all))).toBe(false);
  const small = computeView(wish([ann], [tile(ann, 'cam', 9)]), all);
  const large = computeView(wish([ann], [tile(ann, 'cam', 999)]), all);
  expect(isSameView(small, large)).toBe(false);
});
