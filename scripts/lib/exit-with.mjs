// The end of a script: its exit code, and errors as a person at the terminal wants to see them.
import { SetupError } from './setup-error.mjs';

/** @param {() => Promise<number>} main answers with the exit code */
export async function exitWith(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
