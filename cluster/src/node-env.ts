// What the processes of a cluster are given of the environment that the cluster was started in. As for the
// processes themselves, what is set but empty is not set.
import { randomBytes } from 'node:crypto';

const SECRET_BYTES = 24;

export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('hex');

/** HAProxy is who listens to the world, and it speaks plain HTTP; secrets of nodes are made anew. */
const NOT_FOR_NODES = ['TLS_CERT_FILE', 'TLS_KEY_FILE', 'MEDIA_SECRET_FILE'];

export const givenToNodes = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name, value]) => !NOT_FOR_NODES.includes(name) && value !== ''),
  );

/** The links of a cluster end with it, unless a secret is given. */
export const jwtSecret = ({ JWT_SECRET, JWT_SECRET_FILE }: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  isSet(JWT_SECRET) || isSet(JWT_SECRET_FILE) ? {} : { JWT_SECRET: newSecret() };

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
