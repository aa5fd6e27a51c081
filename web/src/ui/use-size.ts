// The size of an element's content box, as it changes.
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Size } from './layout.ts';

const NOTHING: Size = { width: 0, height: 0 };

export const useSize = <E extends HTMLElement>(): {
  readonly ref: RefObject<E | null>;
  readonly size: Size;
} => {
  const ref = useRef<E>(null);
  const [size, setSize] = useState<Size>(NOTHING);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    // Known at once: the first picture has its tiles in place.
    setSize({ width: element.clientWidth, height: element.clientHeight });
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, size };
};
