// Top start: how long one has been in the meeting.
import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { clock, isoDuration } from '../format.ts';
import { words } from '../words.ts';

const SECOND_MS = 1000;

export const Elapsed = ({ since }: { readonly since: ReadonlySignal<number | null> }) => {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  const elapsedMs = since.value === null ? 0 : now - since.value;
  return (
    <time class="elapsed" dateTime={isoDuration(elapsedMs)} aria-label={words.call.elapsed}>
      {clock(elapsedMs)}
    </time>
  );
};
