// Says when tiles change places, so that they glide then, and only then: not while a window is sized.
import { useEffect, useRef, useState } from 'preact/hooks';

/** The transition's length in call.css, and a frame or two to see the new size. */
const MOVING_MS = 260;

/** True for a while after `signature` has changed; not at first. */
export const useMoving = (signature: string): boolean => {
  const last = useRef(signature);
  const [, setSettled] = useState(signature);
  const since = useRef<number | null>(null);
  if (last.current !== signature) {
    last.current = signature;
    since.current = performance.now();
  }
  useEffect(() => {
    if (since.current === null) return undefined;
    const timer = setTimeout(() => {
      since.current = null;
      setSettled(signature);
    }, MOVING_MS);
    return () => clearTimeout(timer);
  }, [signature]);
  return since.current !== null;
};
