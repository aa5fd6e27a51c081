// Whether the mouse has rested long enough for the controls to step back. Never for fingers, never
// while a control is hovered or has the keyboard.
import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const REST_MS = 3000;
const IN_USE = ':hover, :has(:focus-visible), :has(:popover-open)';

/** Something is open over the call: the safety code, a menu. */
const isReading = (): boolean => document.querySelector(':popover-open') !== null;

/** `controls` are what would fade; `wanted` is false while they are needed. */
export const useIdle = (controls: RefObject<HTMLElement | null>, wanted: boolean): boolean => {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    if (!wanted) return undefined;
    let timer: ReturnType<typeof setTimeout>;
    let byMouse = false;
    const wake = () => {
      clearTimeout(timer);
      setIdle(false);
      if (byMouse) timer = setTimeout(rest, REST_MS);
    };
    const rest = () => {
      if (controls.current?.matches(IN_USE) || isReading()) wake();
      else setIdle(true);
    };
    const onPointer = ({ pointerType }: PointerEvent) => {
      byMouse = pointerType === 'mouse';
      wake();
    };
    const pointers = ['pointermove', 'pointerdown'] as const;
    const others = ['keydown', 'focusin'] as const;
    for (const sign of pointers) addEventListener(sign, onPointer);
    for (const sign of others) addEventListener(sign, wake);
    return () => {
      clearTimeout(timer);
      setIdle(false);
      for (const sign of pointers) removeEventListener(sign, onPointer);
      for (const sign of others) removeEventListener(sign, wake);
    };
  }, [controls, wanted]);
  return idle;
};
