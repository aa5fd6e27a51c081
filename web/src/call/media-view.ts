// What to receive, and how large: from the people in the room and the tiles on screen (PROTOCOL M6).
import {
  type PeerView,
  type ProducerId,
  STREAM_SOURCES,
  type StreamSource,
  type ViewLayer,
} from '@sotto/signaling/protocol';
import type { VisibleTile } from './call-state.ts';
import type { Preferences } from './preferences.ts';

/** Who is in the room beside the own peer, what of them is on screen, and what the person prefers. */
export interface Wish {
  readonly others: readonly PeerView[];
  readonly tiles: readonly VisibleTile[];
  readonly preferences: Preferences;
}

export type View = ReadonlyMap<ProducerId, ViewLayer>;

/** Device pixels up to which a quarter, then a half of the camera's width is enough (send-encodings). */
const QUARTER_WIDTH_PX = 320;
const HALF_WIDTH_PX = 640;

export const layerFor = (widthPx: number): ViewLayer => {
  if (widthPx <= QUARTER_WIDTH_PX) return 0;
  return widthPx <= HALF_WIDTH_PX ? 1 : 2;
};

const layerOf = (
  { peerId }: PeerView,
  source: StreamSource,
  tiles: readonly VisibleTile[],
): ViewLayer => {
  switch (source) {
    case 'mic':
    case 'screenAudio':
      return 0;
    case 'cam':
    case 'screen': {
      const widths = tiles
        .filter((tile) => tile.peerId === peerId && tile.kind === source)
        .map(({ widthPx }) => widthPx);
      return widths.length === 0 ? 'off' : layerFor(Math.max(...widths));
    }
  }
};

export const producersOf = (peers: readonly PeerView[]): ReadonlySet<ProducerId> =>
  new Set(
    peers.flatMap(({ streams }) =>
      STREAM_SOURCES.flatMap((source) => streams[source].producerId ?? []),
    ),
  );

/** Names what is wanted of the producers that there are consumers for; the rest is off. */
export const computeView = (
  { others, tiles }: Wish,
  isConsumed: (producerId: ProducerId) => boolean,
): View => {
  const view = new Map<ProducerId, ViewLayer>();
  for (const peer of others) {
    for (const source of STREAM_SOURCES) {
      const { producerId } = peer.streams[source];
      if (producerId === undefined || !isConsumed(producerId)) continue;
      const layer = layerOf(peer, source, tiles);
      if (layer !== 'off') view.set(producerId, layer);
    }
  }
  return view;
};

export const isSameView = (a: View, b: View): boolean =>
  a.size === b.size && [...a].every(([producerId, layer]) => b.get(producerId) === layer);
