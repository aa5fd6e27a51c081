// Which tiles are on screen and where: from who is there and what they share to a list of places.
// Pure; stage.tsx draws it. One list for every arrangement, so that no tile is made anew by a change.
import type { PeerId } from '@sotto/signaling/protocol';
import {
  type Corner,
  floatLayout,
  gridLayout,
  type Rect,
  type Size,
  stageLayout,
  stripCapacity,
} from '../layout.ts';

export interface Tile {
  /** The same for as long as it is the same picture. */
  readonly key: string;
  /** Null: one's own. */
  readonly peerId: PeerId | null;
  readonly kind: 'cam' | 'screen';
}

export interface PlacedTile extends Tile {
  readonly place: 'grid' | 'stage' | 'strip' | 'float';
  readonly rect: Rect;
}

export interface Arrangement {
  readonly tiles: readonly PlacedTile[];
  readonly page: number;
  readonly pages: number;
}

export interface Scene {
  readonly area: Size;
  /** A phone: fewer tiles to a page. */
  readonly compact: boolean;
  readonly peerIds: readonly PeerId[];
  /** Whose screens are shared, the latest last. */
  readonly screens: readonly PeerId[];
  readonly ownScreen: boolean;
  /** The key of the tile that the person wants large; null, or gone: nobody is pinned. */
  readonly pinned: string | null;
  readonly page: number;
  readonly corner: Corner;
}

const PAGE_SIZE = 25;
const COMPACT_PAGE_SIZE = 6;

/** Of one's own picture; somebody else's has their peer id. */
export const OWN_CAM_KEY = 'self';

const ownCam: Tile = { key: OWN_CAM_KEY, peerId: null, kind: 'cam' };
const ownScreen: Tile = { key: 'self:screen', peerId: null, kind: 'screen' };
const camOf = (peerId: PeerId): Tile => ({ key: peerId, peerId, kind: 'cam' });
const screenOf = (peerId: PeerId): Tile => ({ key: `${peerId}:screen`, peerId, kind: 'screen' });

const place = (tiles: readonly Tile[], rects: readonly Rect[], where: PlacedTile['place']) =>
  tiles.flatMap((tile, index): PlacedTile[] => {
    const rect = rects[index];
    return rect ? [{ ...tile, place: where, rect }] : [];
  });

const pageOf = (tiles: readonly Tile[], size: number, wanted: number) => {
  const pages = Math.max(1, Math.ceil(tiles.length / size));
  const page = Math.min(Math.max(0, wanted), pages - 1);
  return { page, pages, onPage: tiles.slice(page * size, (page + 1) * size) };
};

const pageSize = (scene: Scene): number => (scene.compact ? COMPACT_PAGE_SIZE : PAGE_SIZE);

const asGrid = (scene: Scene, tiles: readonly Tile[]): Arrangement => {
  const { page, pages, onPage } = pageOf(tiles, pageSize(scene), scene.page);
  return { page, pages, tiles: place(onPage, gridLayout(scene.area, onPage.length), 'grid') };
};

/** In the order of `all`, whoever is on the stage: no element moves in the document, none loses focus. */
const asStage = (scene: Scene, onStage: Tile, all: readonly Tile[]): Arrangement => {
  const others = all.filter((tile) => tile !== onStage);
  const capacity = stripCapacity(scene.area, pageSize(scene));
  const { page, pages, onPage } = pageOf(others, capacity, scene.page);
  const { stage, strip } = stageLayout(scene.area, onPage.length);
  const tiles = [...place([onStage], [stage], 'stage'), ...place(onPage, strip, 'strip')];
  const order = all.map(({ key }) => key);
  return {
    page,
    pages,
    tiles: tiles.toSorted((a, b) => order.indexOf(a.key) - order.indexOf(b.key)),
  };
};

/** Alone, or two people: the own picture floats, and whoever is there has the whole area. */
const asPair = (scene: Scene, others: readonly Tile[]): Arrangement => {
  const rects = gridLayout(scene.area, others.length);
  const within = rects[0] ?? { x: 0, y: 0, ...scene.area };
  const tiles = [
    ...place(others, rects, 'grid'),
    ...place([ownCam], [floatLayout(within, scene.corner)], 'float'),
  ];
  return { page: 0, pages: 1, tiles };
};

export const arrange = (scene: Scene): Arrangement => {
  if (scene.area.width <= 0 || scene.area.height <= 0) return { tiles: [], page: 0, pages: 1 };
  const others = scene.peerIds.map(camOf);
  const shared = scene.screens.map(screenOf);
  const ownShared = scene.ownScreen ? [ownScreen] : [];
  const isPair = others.length <= 1 && shared.length === 0 && ownShared.length === 0;
  if (isPair) return asPair(scene, others);
  const all = [...shared, ...ownShared, ownCam, ...others];
  // What one shares oneself takes no stage: one wants to see the people.
  const onStage = all.find(({ key }) => key === scene.pinned) ?? shared.at(-1);
  return onStage ? asStage(scene, onStage, all) : asGrid(scene, all);
};
