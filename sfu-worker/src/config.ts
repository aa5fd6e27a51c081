// The only reader of the environment in a media node's process: one schema, every wrong setting named at
// once.
import * as z from 'zod';
import { isMediaNodeUrl } from './node-registry.ts';
import { parseRedisUrl } from './redis-url.ts';
import {
  checkPorts,
  ConfigError,
  type Environment,
  mediaSecretText,
  metricsSettings,
  nameProblems,
  portNumber,
  readPresent,
  wholeNumber,
  workerSettings,
} from './settings.ts';

const Settings = z.object({
  ...workerSettings,
  ...metricsSettings,
  NODE_ID: workerSettings.NODE_ID.default('media'),
  /** Shared with the signaling processes; who knows it can end every call. */
  MEDIA_SECRET: mediaSecretText,
  MEDIA_HOST: z.string().min(1).default('127.0.0.1'),
  MEDIA_PORT: portNumber.default(4000),
  /** Where the node tells signaling of itself; absent: it waits to be connected to. See redis-url.ts. */
  REDIS_URL: z.string().min(1).optional(),
  /** Where it tells signaling to connect to. */
  MEDIA_ANNOUNCED_URL: z
    .string()
    .refine(isMediaNodeUrl, { error: 'must be ws:// or wss://, host and port' })
    .optional(),
  /** Seconds that a node which is to end waits for its rooms to move. */
  DRAIN_TIMEOUT: wholeNumber(0, 86_400).default(60),
});

export type MediaConfig = Readonly<z.infer<typeof Settings>>;

/** Every address of the machine, which is none to connect to: 0.0.0.0, ::, and other ways to write them. */
const WILDCARD = /^[0.:]+$/;

/** `port` is the one that it listens on. */
export const announcedUrl = (
  { MEDIA_ANNOUNCED_URL, MEDIA_HOST }: Pick<MediaConfig, 'MEDIA_ANNOUNCED_URL' | 'MEDIA_HOST'>,
  port: number,
): string => {
  const host = MEDIA_HOST.includes(':') ? `[${MEDIA_HOST}]` : MEDIA_HOST;
  return MEDIA_ANNOUNCED_URL ?? `ws://${host}:${port}`;
};

/** What no single setting shows; looked at even when another setting is wrong. */
const checkRegistration = (given: Environment, problems: string[]): void => {
  const { REDIS_URL, MEDIA_ANNOUNCED_URL, MEDIA_HOST = '127.0.0.1' } = given;
  if (REDIS_URL === undefined) return;
  try {
    parseRedisUrl(REDIS_URL);
  } catch (error) {
    // Never with the URL in it: there may be a password.
    problems.push(error instanceof RangeError ? error.message : 'REDIS_URL: cannot be read');
  }
  if (MEDIA_ANNOUNCED_URL !== undefined) return;
  const url = announcedUrl({ MEDIA_HOST }, 0);
  if (WILDCARD.test(MEDIA_HOST) || !isMediaNodeUrl(url)) {
    problems.push('MEDIA_ANNOUNCED_URL: is required with REDIS_URL when MEDIA_HOST is no one host');
  }
};

/** Throws ConfigError. */
export const readMediaConfig = (env: Environment): MediaConfig => {
  const problems: string[] = [];
  const present = readPresent(env, ['MEDIA_SECRET'], problems);
  const parsed = Settings.safeParse(present);
  nameProblems(parsed.error?.issues, problems);
  checkRegistration(present, problems);
  if (parsed.success) checkPorts(parsed.data, problems);
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return parsed.data;
};
