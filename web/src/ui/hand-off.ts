// For work whose outcome shows in the call's state and whose promise nobody waits for.

/** What goes wrong all the same is reported like any uncaught error of the page. */
export const handOff = (work: Promise<unknown>): void => {
  work.catch((error: unknown) => reportError(error));
};
