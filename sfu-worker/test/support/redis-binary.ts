// Where redis-server is, and how tests start one.
import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/redis-server',
  '/usr/local/bin/redis-server',
  '/opt/homebrew/bin/redis-server',
];

/** Where scripts/lib/tools.mjs found it, or where it usually is. */
const found = process.env['SOTTO_REDIS_SERVER'] ?? PLACES.find((file) => existsSync(file));

/** False: `npm test` has said that what needs it is left out. */
export const hasRedis = found !== undefined;

export const redisBinary = found ?? 'redis-server';

/** On this machine alone, in a folder of the test's, keeping nothing on disk. */
export const redisArguments = (port: number, folder: string): readonly string[] => {
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  return [...place, '--save', '', '--appendonly', 'no', '--loglevel', 'warning'];
};
