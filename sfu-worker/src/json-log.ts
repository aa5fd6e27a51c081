// One line of JSON for each thing that happened, as pino writes them, for the process of a media node.
import type { MediaLog } from './media-log.ts';

/** pino's numbers; `silent` is above all of them. */
const LEVELS = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: Infinity,
} as const;
export type LogLevel = keyof typeof LEVELS;

const plain = (value: unknown): unknown => (value instanceof Error ? value.message : value);

export const createJsonLog = (least: LogLevel, write: (line: string) => void): MediaLog => {
  const at =
    (level: 'info' | 'warn' | 'error') =>
    (facts: Readonly<Record<string, unknown>>, msg: string): void => {
      if (LEVELS[level] < LEVELS[least]) return;
      const shown = Object.fromEntries(
        Object.entries(facts).map(([name, value]) => [name, plain(value)]),
      );
      write(`${JSON.stringify({ level: LEVELS[level], time: Date.now(), ...shown, msg })}\n`);
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
};
