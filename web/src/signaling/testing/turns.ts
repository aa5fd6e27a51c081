// Lets what is ready to run, run.

/** One turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** As many as the longest chain of steps in these tests takes. */
export const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 8; turns += 1) await turn();
};
