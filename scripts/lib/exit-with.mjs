// How a script ends: its exit code, errors as a person at the terminal wants to see them, and no
// later than the npm that started it.
import { endWithNpm } from './parent.mjs';
import { SetupError } from './setup-error.mjs';

/** @param {() => Promise<number>} main answers with the exit code */
export async function exitWith(main) {
  endWithNpm();
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
