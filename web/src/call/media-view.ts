// What to receive, and how large: from the people in the room, the tiles on screen, and what the
// person prefers (PROTOCOL M6). Sound is always received.
import {
  type PeerId,
  type PeerView,
  type ProducerId,
  STREAM_SOURCES,
  type StreamSource,
  type ViewLayer,
} from '@sotto/signaling/protocol';
import type { VisibleTile } from './call-state.ts';
import type { Preferences } from './preferences.ts';
import { CAMERA_RUNGS, MIC_BPS } from './send-limits.ts';

/** Who is in the room beside the own peer, what of them is on screen, and what the person prefers. */
export interface Wish {
  readonly others: readonly PeerView[];
  readonly tiles: readonly VisibleTile[];
  readonly preferences: Preferences;
  /** Nobody has been able to see the page for a while (page-visibility.ts). */
  readonly isHidden?: boolean;
}

export type View = ReadonlyMap<ProducerId, ViewLayer>;

/** By stream, whichever way it comes. */
export type WantedLayers = (peerId: PeerId, source: StreamSource) => ViewLayer;

/** Of a screen on which somebody scrolls. One that stands still takes next to nothing. */
export const SCREEN_NOMINAL_BPS = 1_500_000;

/** For device pixels: as wide as the tile, or wider if there is such a size (send-limits.ts). */
export const layerFor = (widthPx: number): 0 | 1 | 2 => {
  if (widthPx <= CAMERA_RUNGS[0].width) return 0;
  return widthPx <= CAMERA_RUNGS[1].width ? 1 : 2;
};

interface Shown {
  readonly key: string;
  readonly widthPx: number;
  /** What is off costs nothing until it is on. */
  readonly on: boolean;
}

const keyOf = (peerId: PeerId, source: StreamSource): string => `${peerId} ${source}`;

/** On screen now; of two tiles of one picture the larger counts. Largest first. */
const shownOf = ({ others, tiles }: Wish, source: 'cam' | 'screen'): readonly Shown[] =>
  others
    .flatMap(({ peerId, streams }) => {
      const widths = tiles
        .filter((tile) => tile.peerId === peerId && tile.kind === source)
        .map(({ widthPx }) => widthPx);
      if (widths.length === 0) return [];
      const widthPx = Math.max(...widths);
      return [{ key: keyOf(peerId, source), widthPx, on: streams[source].on }];
    })
    .toSorted((a, b) => b.widthPx - a.widthPx);

/** Counts down what video may take. */
const createPurse = (bps: number) => {
  let left = bps;
  return {
    takeIfThere: (wanted: number): boolean => {
      if (wanted > left) return false;
      left -= wanted;
      return true;
    },
    take: (wanted: number): void => {
      left -= wanted;
    },
  };
};

type Purse = ReturnType<typeof createPurse>;

/** They have one size. The largest is there whatever it takes. */
const chooseScreens = (
  shown: readonly Shown[],
  purse: Purse,
): readonly (readonly [string, ViewLayer])[] =>
  shown
    .filter(({ on }, index) => {
      if (!on) return true;
      if (index > 0) return purse.takeIfThere(SCREEN_NOMINAL_BPS);
      purse.take(SCREEN_NOMINAL_BPS);
      return true;
    })
    .map(({ key, widthPx }) => [key, layerFor(widthPx)]);

/** A small picture of everybody before a large one of anybody. */
const chooseCameras = (
  shown: readonly Shown[],
  purse: Purse,
): readonly (readonly [string, ViewLayer])[] =>
  shown
    .filter(({ on }) => !on || purse.takeIfThere(CAMERA_RUNGS[0].bps))
    .map(({ key, widthPx, on }) => {
      const wanted = layerFor(widthPx);
      if (!on) return [key, wanted];
      let layer: 0 | 1 | 2 = 0;
      for (const next of [1, 2] as const) {
        const more = CAMERA_RUNGS[next].bps - CAMERA_RUNGS[layer].bps;
        if (next > wanted || !purse.takeIfThere(more)) break;
        layer = next;
      }
      return [key, layer];
    });

export const wantedLayers = (wish: Wish): WantedLayers => {
  const { audioOnly, bandwidthLimitKbps } = wish.preferences;
  const purse = createPurse(
    bandwidthLimitKbps === null ? Infinity : bandwidthLimitKbps * 1_000 - MIC_BPS,
  );
  const hasCameras = !audioOnly && wish.isHidden !== true;
  const layers = new Map<string, ViewLayer>([
    ...chooseScreens(shownOf(wish, 'screen'), purse),
    ...(hasCameras ? chooseCameras(shownOf(wish, 'cam'), purse) : []),
  ]);
  return (peerId, source) => {
    if (source === 'mic' || source === 'screenAudio') return 0;
    return layers.get(keyOf(peerId, source)) ?? 'off';
  };
};

/** Cameras with a tile that are not received all the same: there they would stand still. */
export const withheldCameras = ({ tiles, isHidden }: Wish, layerOf: WantedLayers) =>
  new Set(
    tiles
      .filter(({ peerId, kind }) => kind === 'cam' && layerOf(peerId, kind) === 'off')
      // Whoever comes back to the page finds the pictures as they were.
      .filter(() => isHidden !== true)
      .map(({ peerId }) => peerId),
  );

export const producersOf = (peers: readonly PeerView[]): ReadonlySet<ProducerId> =>
  new Set(
    peers.flatMap(({ streams }) =>
      STREAM_SOURCES.flatMap((source) => streams[source].producerId ?? []),
    ),
  );

/** Names what is wanted of the producers that there are consumers for; the rest is off. */
export const computeView = (wish: Wish, isConsumed: (producerId: ProducerId) => boolean): View => {
  const layerOf = wantedLayers(wish);
  const view = new Map<ProducerId, ViewLayer>();
  for (const { peerId, streams } of wish.others) {
    for (const source of STREAM_SOURCES) {
      const { producerId } = streams[source];
      if (producerId === undefined || !isConsumed(producerId)) continue;
      const layer = layerOf(peerId, source);
      if (layer !== 'off') view.set(producerId, layer);
    }
  }
  return view;
};

export const isSameView = (a: View, b: View): boolean =>
  a.size === b.size && [...a].every(([producerId, layer]) => b.get(producerId) === layer);
