// Whether the mouse has rested long enough for the controls to step back. Never on touch screens,
// never while a control is hovered or has the keyboard.
import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { canHover } from '../browser.ts';

const REST_MS = 3000;

/** `controls` are what would fade; `wanted` is false while they are needed. */
export const useIdle = (controls: RefObject<HTMLElement | null>, wanted: boolean): boolean => {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    if (!wanted || !canHover()) {
      setIdle(false);
      return undefined;
    }
    let timer: ReturnType<typeof setTimeout>;
    const rest = () => {
      const busy = controls.current?.matches(':hover, :has(:focus-visible), :has(:popover-open)');
      if (busy) wake();
      else setIdle(true);
    };
    const wake = () => {
      clearTimeout(timer);
      setIdle(false);
      timer = setTimeout(rest, REST_MS);
    };
    const signs = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;
    for (const sign of signs) addEventListener(sign, wake);
    wake();
    return () => {
      clearTimeout(timer);
      for (const sign of signs) removeEventListener(sign, wake);
    };
  }, [controls, wanted]);
  return idle;
};
