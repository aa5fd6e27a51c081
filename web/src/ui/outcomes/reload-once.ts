// A page older than its server reloads by itself, once: if that did not help, words are due.

/** A reload that was this long ago was for something else. */
const SAME_TROUBLE_MS = 10 * 60_000;

export interface PageLoad {
  readonly byReload: boolean;
  readonly agoMs: number;
}

export const shouldReload = ({ byReload, agoMs }: PageLoad): boolean =>
  !byReload || agoMs > SAME_TROUBLE_MS;

/** The browser knows how the page came to be: nothing is stored for it. */
export const currentPageLoad = (): PageLoad => ({
  byReload: performance
    .getEntriesByType('navigation')
    .some((entry) => 'type' in entry && entry.type === 'reload'),
  agoMs: performance.now(),
});
