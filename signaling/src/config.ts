// The only reader of the environment: one schema, every wrong setting named at once.
import { isMediaNodeUrl } from '@sotto/sfu-worker/registry';
import {
  checkPorts,
  ConfigError,
  mediaSecretText,
  metricsSettings,
  nameProblems,
  portNumber,
  readPresent,
  secretText,
  wholeNumber,
  workerSettings,
} from '@sotto/sfu-worker/settings';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import * as z from 'zod';
import { parseRedisUrl } from '@sotto/sfu-worker/redis-url';

export { ConfigError } from '@sotto/sfu-worker/settings';

const MOST_PROXIES = 10;

/** How many proxies of ours a request passes: the client can forge what stands before their words. */
const proxies = z
  .string()
  .transform((word) => Number({ off: 0, on: 1 }[word] ?? word))
  .pipe(z.number().int().min(0).max(MOST_PROXIES));

const origins = z
  .string()
  .transform((list) => list.split(',').map((origin) => origin.trim()))
  .pipe(
    z.array(
      z.url({ protocol: /^https?$/ }).refine((text) => new URL(text).origin === text, {
        error: 'an origin has no path and no slash at its end',
      }),
    ),
  );

const HOST = String.raw`(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?`;
const TRANSPORT = String.raw`(?:\?transport=(?:udp|tcp))?`;
/** RFC 7064 §3.1, RFC 7065 §3.1: no slashes and no user; a transport for TURN alone. */
const ICE_URL = new RegExp(`^(?:stuns?:${HOST}|turns?:${HOST}${TRANSPORT})$`);

/** Browsers get slower with each of them. */
const MOST_ICE_URLS = 8;

const iceUrls = z
  .string()
  .transform((list) => list.split(',').map((url) => url.trim()))
  .pipe(
    z
      .array(
        z.string().regex(ICE_URL, {
          error:
            'must be stun:, stuns:, turn: or turns:, then host, :port and ?transport=udp or tcp',
        }),
      )
      .max(MOST_ICE_URLS),
  );

const MOST_MEDIA_NODES = 64;

const mediaUrls = z
  .string()
  .transform((list) => list.split(',').map((url) => url.trim()))
  .pipe(
    z
      .array(z.string().refine(isMediaNodeUrl, { error: 'must be ws:// or wss://, host and port' }))
      .max(MOST_MEDIA_NODES)
      .refine((urls) => new Set(urls).size === urls.length, { error: 'one is there twice' }),
  );

const TURN_URL = /(?:^|,)\s*turns?:/;

const Settings = z.object({
  ...workerSettings,
  ...metricsSettings,
  NODE_ENV: z.string().default('development'),
  PORT: portNumber.default(3000),
  HOST: z.string().min(1).default('::'),
  /** Both or neither: with them the server speaks HTTPS itself. */
  TLS_CERT_FILE: z.string().min(1).optional(),
  TLS_KEY_FILE: z.string().min(1).optional(),
  TRUST_PROXY: proxies.default(0),
  CORS_ORIGINS: origins.default([]),
  /** Signs room ids and tokens; at least 32 characters. */
  JWT_SECRET: secretText.optional(),
  DATA_DIR: z.string().min(1).default('.data'),
  /** Rooms in Redis, for many processes; absent: in the memory of this one. See sfu-worker/src/redis-url.ts. */
  REDIS_URL: z.string().min(1).optional(),
  /**
   * Media nodes in processes of their own; none: those that are registered in Redis, or without Redis the
   * media workers of this process.
   */
  MEDIA_URL: mediaUrls.default([]),
  /** Shared with them. */
  MEDIA_SECRET: mediaSecretText.optional(),
  /** Opens the API for administrators (PROTOCOL A1); sent as a bearer token. */
  ADMIN_TOKEN: mediaSecretText.optional(),
  /** `auto`: two people send to each other directly where they can. */
  CALL_MODE: z.enum(['auto', 'sfu-only']).default('auto'),
  TURN_URLS: iceUrls.default([]),
  /** Shared with the TURN server (coturn's static-auth-secret). */
  TURN_SECRET: secretText.optional(),
  /** Seconds that a credential can be used for. Shorter: pages renew theirs more often. */
  TURN_TTL: wholeNumber(10, 86_400).default(3600),
  MAX_PEERS_PER_ROOM: wholeNumber(2, 200).default(100),
});

/** PEM, as node:https takes it. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

export type Config = Readonly<z.infer<typeof Settings>> & { readonly tls: Tls | null };

const SECRETS = ['JWT_SECRET', 'TURN_SECRET', 'MEDIA_SECRET', 'ADMIN_TOKEN'] as const;

/** Never with the URL in it: there may be a password. */
const checkRedisUrl = (url: unknown, problems: string[]): void => {
  if (typeof url !== 'string') return;
  try {
    parseRedisUrl(url);
  } catch (error) {
    problems.push(error instanceof RangeError ? error.message : 'REDIS_URL: cannot be read');
  }
};

/** What no single setting shows; looked at even when another setting is wrong. */
const readTogether = (given: Readonly<Record<string, unknown>>, problems: string[]): void => {
  const has = (name: string): boolean => given[name] !== undefined;
  if (has('TLS_CERT_FILE') !== has('TLS_KEY_FILE')) {
    problems.push('TLS_CERT_FILE, TLS_KEY_FILE: set both or neither');
  }
  const { TURN_URLS } = given;
  if (typeof TURN_URLS === 'string' && TURN_URL.test(TURN_URLS) && !has('TURN_SECRET')) {
    problems.push('TURN_SECRET: is required when TURN_URLS has a turn: or turns: URL');
  }
  if (given['NODE_ENV'] === 'production' && !has('JWT_SECRET')) {
    problems.push('JWT_SECRET: is required when NODE_ENV is production');
  } else if (has('REDIS_URL') && !has('JWT_SECRET')) {
    // Each process would make one of its own, and know no room of the others.
    problems.push('JWT_SECRET: is required with REDIS_URL, the same for all processes');
  }
  if ((has('MEDIA_URL') || has('REDIS_URL')) && !has('MEDIA_SECRET')) {
    // Media in one process is out of the others' reach: with Redis it is always elsewhere.
    problems.push('MEDIA_SECRET: is required with MEDIA_URL or REDIS_URL');
  }
  checkRedisUrl(given['REDIS_URL'], problems);
};

const readTls = (
  { TLS_CERT_FILE, TLS_KEY_FILE }: z.infer<typeof Settings>,
  problems: string[],
): Tls | null => {
  if (TLS_CERT_FILE === undefined || TLS_KEY_FILE === undefined) return null;
  try {
    const tls = {
      cert: readFileSync(TLS_CERT_FILE, 'utf8'),
      key: readFileSync(TLS_KEY_FILE, 'utf8'),
    };
    createSecureContext(tls);
    return tls;
  } catch {
    problems.push('TLS_CERT_FILE, TLS_KEY_FILE: cannot be read, or are no certificate and its key');
    return null;
  }
};

/** Settings that are set but empty count as not set. Throws ConfigError. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const problems: string[] = [];
  const present = readPresent(env, SECRETS, problems);
  const parsed = Settings.safeParse(present);
  nameProblems(parsed.error?.issues, problems);
  readTogether(present, problems);
  if (parsed.success) checkPorts(parsed.data, problems);
  const tls = parsed.success ? readTls(parsed.data, problems) : null;
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return { ...parsed.data, tls };
};
