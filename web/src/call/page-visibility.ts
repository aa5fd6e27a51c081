// Whether nobody can see the page, and has not for a while: then pictures of people are not received.
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Cancel, Clock } from '../signaling/clock.ts';

/** Shorter: a glance at another tab makes every camera start anew. Longer: more is sent for nobody. */
const HIDDEN_LONG_MS = 10_000;

/** What a document has of this. */
export interface VisibleDocument extends Pick<EventTarget, 'addEventListener'> {
  readonly visibilityState: DocumentVisibilityState;
}

export interface PageVisibility {
  /** True once the page has been hidden for some seconds; false at once when it is seen again. */
  readonly isHidden: ReadonlySignal<boolean>;
  readonly close: () => void;
}

export const watchVisibility = (clock: Clock, page: VisibleDocument): PageVisibility => {
  const isHidden = signal(false);
  const ended = new AbortController();
  let cancel: Cancel | null = null;
  const look = (): void => {
    cancel?.();
    if (page.visibilityState === 'visible') {
      isHidden.value = false;
      return;
    }
    cancel = clock.after(HIDDEN_LONG_MS, () => {
      isHidden.value = true;
    });
  };
  page.addEventListener('visibilitychange', look, { signal: ended.signal });
  look();
  return {
    isHidden,
    close: () => {
      ended.abort();
      cancel?.();
    },
  };
};
