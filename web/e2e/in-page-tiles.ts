// Whether something stays on screen, for tests. Puppeteer sends these functions over as text: each
// stands alone.

/** Counts how often nothing matches from now on, for `timesWithout`. */
export const watchFor = (selector: string): void => {
  const watch = { without: 0, isThere: document.querySelector(selector) !== null };
  Object.assign(window, { testWatch: watch });
  new MutationObserver(() => {
    const isThere = document.querySelector(selector) !== null;
    if (watch.isThere && !isThere) watch.without += 1;
    watch.isThere = isThere;
  }).observe(document.body, { childList: true, subtree: true, attributes: true });
};

export const timesWithout = (): number => {
  const { without, isThere } = Reflect.get(window, 'testWatch');
  return isThere ? without : without + 1;
};
