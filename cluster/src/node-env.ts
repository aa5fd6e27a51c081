// What the processes of a cluster are given of the environment that the cluster was started in. As for the
// processes themselves, what is set but empty is not set.
import { randomBytes } from 'node:crypto';

const SECRET_BYTES = 24;

/** Where a process begins that is told nothing else (README, RTC_PORT_BASE). */
const FIRST_RTC_PORT = 40_000;

export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('hex');

/**
 * HAProxy is who listens to the world, and it speaks plain HTTP; secrets of nodes are made anew, and where
 * they are is told by themselves.
 */
const NOT_FOR_NODES = [
  'TLS_CERT_FILE',
  'TLS_KEY_FILE',
  'MEDIA_SECRET_FILE',
  'MEDIA_URL',
  'MEDIA_ANNOUNCED_URL',
];

export const givenToNodes = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name, value]) => !NOT_FOR_NODES.includes(name) && value !== ''),
  );

/** The links of a cluster end with it, unless a secret is given. */
export const jwtSecret = ({ JWT_SECRET, JWT_SECRET_FILE }: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  isSet(JWT_SECRET) || isSet(JWT_SECRET_FILE) ? {} : { JWT_SECRET: newSecret() };

/** Workers that a media node has where nobody says how many. */
const WORKERS = 1;

/** Media nodes of one machine listen for media at ports of their own, one for each worker; 0 is any free one. */
export const mediaPorts = (
  { RTC_PORT_BASE, MEDIA_WORKERS }: NodeJS.ProcessEnv,
  offset: number,
): NodeJS.ProcessEnv => {
  const workers = isSet(MEDIA_WORKERS) ? Number(MEDIA_WORKERS) : WORKERS;
  const first = isSet(RTC_PORT_BASE) ? Number(RTC_PORT_BASE) : FIRST_RTC_PORT;
  // What is no number the processes refuse, and say so.
  const isCounted = Number.isInteger(workers) && Number.isInteger(first) && first > 0;
  return {
    ...(!isSet(MEDIA_WORKERS) && { MEDIA_WORKERS: String(WORKERS) }),
    ...(isCounted && { RTC_PORT_BASE: String(first + offset * workers) }),
  };
};

/** Each process listens for metrics on a port of its own, if any does; 0 is any free one, for each. */
export const metricsPort = (
  { METRICS_PORT }: NodeJS.ProcessEnv,
  offset: number,
): NodeJS.ProcessEnv => {
  const first = Number(METRICS_PORT);
  // What is no port the processes refuse, and say so.
  const isCounted = isSet(METRICS_PORT) && Number.isInteger(first) && first > 0;
  return isCounted ? { METRICS_PORT: String(first + offset) } : {};
};

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';
