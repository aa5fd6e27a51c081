// One line that says what is being waited for, and for how long: rewritten in place on a terminal;
// elsewhere (a CI log) printed anew every 20 seconds.
const REDRAW_MS = 500;
const LOG_EVERY_MS = 20_000;

/**
 * @template T
 * @param {string} title
 * @param {(update: (detail: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(title, work) {
  const out = process.stderr;
  const startedAt = Date.now();
  let detail = '';
  const text = () => `${title}${detail && ` ${detail}`} (${duration(Date.now() - startedAt)})`;
  const draw = out.isTTY
    ? () => out.write(`\r\x1b[K${text().slice(0, out.columns - 1)}`)
    : () => out.write(`${text()}\n`);

  if (out.isTTY) draw();
  else out.write(`${title} …\n`);
  const timer = setInterval(draw, out.isTTY ? REDRAW_MS : LOG_EVERY_MS);
  try {
    return await work((next) => {
      detail = next;
    });
  } finally {
    clearInterval(timer);
    if (out.isTTY) out.write('\r\x1b[K');
  }
}

/** @param {number} ms */
export function duration(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
