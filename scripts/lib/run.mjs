// Runs a command of the set-up with its output kept off the screen, and shown when it fails.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { onInterrupt } from './interrupt.mjs';

const KEPT_LINES = 100; // of output, for the message when it fails

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number,
 *   onLine?: (line: string) => void}} [options]
 * @returns {Promise<{ok: boolean, code: number | null, tail: string}>} never rejects: a command
 *   that cannot be started, or that took longer than `timeoutMs`, is not ok
 */
export function run(command, args, { cwd, env, timeoutMs, onLine } = {}) {
  return new Promise((resolve) => {
    /** @type {string[]} */
    const lines = [];
    // A process group of its own (not on Windows, which has none): ends with all that it started.
    const detached = process.platform !== 'win32';
    const child = spawn(command, args, { cwd, env, detached, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = () => endGroup(child, detached);
    const forget = onInterrupt(end);
    const timer = timeoutMs && setTimeout(end, timeoutMs);

    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (lines.length > KEPT_LINES) lines.shift();
        onLine?.(line);
      });
    }
    /** @param {number | null} code */
    const finish = (code) => {
      clearTimeout(timer);
      forget();
      resolve({ ok: code === 0, code, tail: lines.join('\n') });
    };
    child.once('error', (error) => {
      lines.push(error.message);
      finish(null);
    });
    child.once('close', finish);
  });
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {boolean} isGroup
 */
function endGroup(child, isGroup) {
  if (!child.pid) return;
  try {
    // Not SIGKILL, which would leave apt-get's work half done.
    if (isGroup) process.kill(-child.pid, 'SIGTERM');
    else child.kill('SIGTERM');
  } catch {
    // It ended by itself in the meantime.
  }
}
