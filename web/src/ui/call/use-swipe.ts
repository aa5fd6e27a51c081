// A finger drawn across the stage turns its page.
import type { TargetedPointerEvent } from 'preact';
import { useRef } from 'preact/hooks';

/** Shorter ones are taps that slipped. */
const SWIPE_PX = 48;

export const useSwipe = (turn: (pages: 1 | -1) => void) => {
  const from = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const onPointerDown = (event: TargetedPointerEvent<HTMLElement>) => {
    from.current = event.pointerType === 'touch' ? { x: event.clientX, y: event.clientY } : null;
  };
  const onPointerUp = (event: TargetedPointerEvent<HTMLElement>) => {
    if (!from.current) return;
    const across = event.clientX - from.current.x;
    const along = event.clientY - from.current.y;
    from.current = null;
    if (Math.abs(across) < SWIPE_PX || Math.abs(along) > Math.abs(across)) return;
    const toStart =
      getComputedStyle(event.currentTarget).direction === 'rtl' ? across < 0 : across > 0;
    turn(toStart ? -1 : 1);
  };
  const onPointerCancel = () => {
    from.current = null;
  };
  return { onPointerDown, onPointerUp, onPointerCancel };
};
