// Runs what the person at the terminal asked for: it writes to the terminal itself, gets SIGINT and
// SIGTERM once each, and is waited for until it has ended in its own way.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { childEnv } from './node.mjs';
import { ROOT } from './paths.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const REPEAT_MS = 1000;

/**
 * In a process group of its own: a Ctrl-C, which the terminal sends to a whole group, would else
 * reach the server's media workers, which end at once, and the server twice, which by that is told
 * to hurry. A second Ctrl-C after a second does tell it.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env] added to ours
 * @returns {Promise<number>} the exit code; 128 + the signal's number when a signal ended it
 */
export function runInForeground(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: childEnv(env),
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: process.platform !== 'win32',
    });
    // A terminal that was closed (SIGHUP) is no reason to hurry.
    const forward = onceInAWhile((signal) => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
    for (const signal of SIGNALS) process.on(signal, forward);
    const stop = () => {
      for (const signal of SIGNALS) process.off(signal, forward);
    };
    child.once('error', (error) => {
      stop();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      stop();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/**
 * npm passes on a signal that the terminal has already sent us: the second of such a pair is dropped.
 * @param {(signal: NodeJS.Signals) => void} deliver
 */
function onceInAWhile(deliver) {
  let lastAt = -Infinity;
  /** @param {NodeJS.Signals} signal */
  return (signal) => {
    if (performance.now() - lastAt < REPEAT_MS) return;
    lastAt = performance.now();
    deliver(signal);
  };
}
