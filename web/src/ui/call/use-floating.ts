// Lets the own picture be dragged to another corner, or moved there by the arrow keys.
import type { Signal } from '@preact/signals';
import type { TargetedKeyboardEvent, TargetedPointerEvent } from 'preact';
import { useRef } from 'preact/hooks';
import type { Corner } from '../layout.ts';

type DragEvent = TargetedPointerEvent<HTMLElement>;

const corner = (top: boolean, start: boolean): Corner =>
  `${top ? 'top' : 'bottom'}-${start ? 'start' : 'end'}`;

const isRightToLeft = (element: Element): boolean => getComputedStyle(element).direction === 'rtl';

/** The corner whose quarter of the stage the middle of the picture is in. */
const nearestCorner = (element: HTMLElement): Corner => {
  const tile = element.getBoundingClientRect();
  const stage = element.parentElement?.getBoundingClientRect() ?? tile;
  const left = tile.x + tile.width / 2 < stage.x + stage.width / 2;
  const top = tile.y + tile.height / 2 < stage.y + stage.height / 2;
  return corner(top, left !== isRightToLeft(element));
};

const afterKey = (key: string, from: Corner, rightToLeft: boolean): Corner | null => {
  const top = from.startsWith('top');
  const start = from.endsWith('start');
  switch (key) {
    case 'ArrowUp':
      return corner(true, start);
    case 'ArrowDown':
      return corner(false, start);
    case 'ArrowLeft':
      return corner(top, !rightToLeft);
    case 'ArrowRight':
      return corner(top, rightToLeft);
    default:
      return null;
  }
};

export const useFloating = (at: Signal<Corner>) => {
  const grabbed = useRef<{ readonly x: number; readonly y: number } | null>(null);

  const onPointerDown = (event: DragEvent) => {
    if (event.button !== 0) return;
    grabbed.current = { x: event.clientX, y: event.clientY };
    event.currentTarget.setPointerCapture(event.pointerId);
    event.currentTarget.dataset['dragged'] = 'true';
    event.stopPropagation();
  };
  const onPointerMove = (event: DragEvent) => {
    if (!grabbed.current) return;
    const { x, y } = grabbed.current;
    event.currentTarget.style.transform = `translate(${event.clientX - x}px, ${event.clientY - y}px)`;
  };
  const release = (event: DragEvent) => {
    if (!grabbed.current) return;
    grabbed.current = null;
    const element = event.currentTarget;
    at.value = nearestCorner(element);
    // It goes on from where it was let go: the place and the drag are both undone gradually.
    delete element.dataset['dragged'];
    element.style.transform = '';
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>) => {
    const next = afterKey(event.key, at.value, isRightToLeft(event.currentTarget));
    if (!next) return;
    event.preventDefault();
    at.value = next;
  };
  return {
    onPointerDown,
    onPointerMove,
    onPointerUp: release,
    onPointerCancel: release,
    onKeyDown,
  };
};
