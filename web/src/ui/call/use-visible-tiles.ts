// Tells the call which pictures are on screen and how large, so that nothing else is received.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Call, VisibleTile } from '../../call/call-state.ts';
import type { PlacedTile } from './arrange.ts';

/** Long enough for a window being dragged to settle, too short to notice. */
const SETTLE_MS = 150;

export const visibleTiles = (
  tiles: readonly PlacedTile[],
  pixelRatio: number,
): readonly VisibleTile[] =>
  tiles.flatMap(({ peerId, kind, rect }) =>
    peerId === null ? [] : [{ peerId, kind, widthPx: Math.round(rect.width * pixelRatio) }],
  );

const useHidden = (): boolean => {
  const [hidden, setHidden] = useState(document.hidden);
  useEffect(() => {
    const onChange = () => setHidden(document.hidden);
    document.addEventListener('visibilitychange', onChange);
    return () => document.removeEventListener('visibilitychange', onChange);
  }, []);
  return hidden;
};

export const useVisibleTiles = (call: Call, tiles: readonly PlacedTile[]): void => {
  const hidden = useHidden();
  const visible = hidden ? [] : visibleTiles(tiles, devicePixelRatio);
  const latest = useRef(visible);
  latest.current = visible;
  const signature = visible.map((tile) => `${tile.peerId}:${tile.kind}:${tile.widthPx}`).join(' ');
  useEffect(() => {
    const timer = setTimeout(() => call.showTiles(latest.current), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [call, signature]);
};
