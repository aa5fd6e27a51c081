// Where redis-server and HAProxy are: as `npm run cluster` and `npm test` found them, or for who runs
// without those, where they usually are.
import { existsSync } from 'node:fs';

const USUAL_PLACES = {
  SOTTO_REDIS_SERVER: [
    '/usr/bin/redis-server',
    '/usr/local/bin/redis-server',
    '/opt/homebrew/bin/redis-server',
  ],
  SOTTO_SETPRIV: ['/usr/bin/setpriv', '/bin/setpriv'],
  SOTTO_HAPROXY: ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy', '/opt/homebrew/bin/haproxy'],
} as const;

/** Undefined where there is none. */
export const findTool = (variable: keyof typeof USUAL_PLACES): string | undefined =>
  process.env[variable] ?? USUAL_PLACES[variable].find((file) => existsSync(file));
