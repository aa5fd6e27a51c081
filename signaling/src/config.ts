// The only reader of the environment: one schema, every wrong setting named at once.
import { availableParallelism } from 'node:os';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import * as z from 'zod';

const HIGHEST_PORT = 65_535;
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

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

const TURN_URL = /(?:^|,)\s*turns?:/;

const Settings = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: whole(0, HIGHEST_PORT).default(3000),
  HOST: z.string().min(1).default('::'),
  /** Both or neither: with them the server speaks HTTPS itself. */
  TLS_CERT_FILE: z.string().min(1).optional(),
  TLS_KEY_FILE: z.string().min(1).optional(),
  TRUST_PROXY: proxies.default(0),
  NODE_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .default('local'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  CORS_ORIGINS: origins.default([]),
  /** Signs room ids and tokens; at least 32 characters. */
  JWT_SECRET: z.string().min(32).optional(),
  DATA_DIR: z.string().min(1).default('.data'),
  ANNOUNCED_ADDRESS: z
    .string()
    .regex(/^[A-Za-z0-9.:-]{1,253}$/)
    .optional(),
  RTC_PORT_BASE: whole(0, HIGHEST_PORT).default(40_000),
  MEDIA_WORKERS: whole(1, 256).default(availableParallelism()),
  MEDIASOUP_WORKER_BIN: z.string().min(1).optional(),
  /** `auto`: two people send to each other directly where they can. */
  CALL_MODE: z.enum(['auto', 'sfu-only']).default('auto'),
  TURN_URLS: iceUrls.default([]),
  /** Shared with the TURN server (coturn's static-auth-secret). */
  TURN_SECRET: z.string().min(32).optional(),
  /** Seconds that a credential can be used for. Shorter: pages renew theirs more often. */
  TURN_TTL: whole(10, 86_400).default(3600),
  MAX_PEERS_PER_ROOM: whole(2, 200).default(100),
});

/** PEM, as node:https takes it. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

export type Config = Readonly<z.infer<typeof Settings>> & { readonly tls: Tls | null };

export class ConfigError extends Error {
  /** One line for each wrong setting; values are never shown. */
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`wrong settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const SECRETS = ['JWT_SECRET', 'TURN_SECRET'] as const;

/** `NAME_FILE` stands in for `NAME`, so that a secret need not be in the environment. */
const readSecretFiles = (env: NodeJS.ProcessEnv, problems: string[]): NodeJS.ProcessEnv => {
  const read: NodeJS.ProcessEnv = {};
  for (const name of SECRETS) {
    const path = env[`${name}_FILE`];
    if (path === undefined) continue;
    if (env[name] !== undefined) problems.push(`${name}: set it or ${name}_FILE, not both`);
    try {
      read[name] = readFileSync(path, 'utf8').trim();
    } catch {
      problems.push(`${name}_FILE: cannot be read`);
    }
  }
  return { ...env, ...read };
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
  }
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
  const given = readSecretFiles(env, problems);
  const present = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Settings.safeParse(present);
  for (const issue of parsed.error?.issues ?? []) {
    problems.push(`${issue.path.join('.')}: ${issue.message}`);
  }
  readTogether(present, problems);
  if (parsed.success && parsed.data.RTC_PORT_BASE + parsed.data.MEDIA_WORKERS - 1 > HIGHEST_PORT) {
    problems.push('RTC_PORT_BASE: leaves no room below 65536 for one port per media worker');
  }
  const tls = parsed.success ? readTls(parsed.data, problems) : null;
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return { ...parsed.data, tls };
};
