// Ctrl-C and SIGTERM during set-up: what was started is ended and what was half made is removed.
// Node runs no exit handlers when a signal ends it, so that temporary folders would stay.
import { constants } from 'node:os';

/** @type {(() => void)[]} */
let cleanups = [];
const SIGNALS = ['SIGINT', 'SIGTERM'];

/**
 * Runs `cleanup` (synchronous) if a signal ends this process before the returned function is called.
 * @param {() => void} cleanup
 * @returns {() => void}
 */
export function onInterrupt(cleanup) {
  if (cleanups.length === 0) for (const signal of SIGNALS) process.on(signal, end);
  cleanups.unshift(cleanup);
  return () => {
    cleanups = cleanups.filter((other) => other !== cleanup);
    if (cleanups.length === 0) for (const signal of SIGNALS) process.off(signal, end);
  };
}

/** @param {NodeJS.Signals} signal */
function end(signal) {
  // The newest is the first: a process ends before the folder that it works in goes.
  for (const cleanup of cleanups) cleanup();
  process.exit(128 + constants.signals[signal]);
}
