/** Where the steps of one async function lie: between two of them others may do as they please. */
export const afterMicrotasks = async (count: number): Promise<void> => {
  for (let left = count; left > 0; left -= 1) await Promise.resolve();
};
