// Settings from the environment as every process of Sotto reads them: those of media workers, secrets in
// files, and every wrong setting named at once.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import * as z from 'zod';

const HIGHEST_PORT = 65_535;

/** A whole number in words, as the environment has it. */
export const wholeNumber = (least: number, most: number) =>
  z.coerce.number().int().min(least).max(most);

export const portNumber = wholeNumber(0, HIGHEST_PORT);

/** Shorter ones can be guessed. */
export const SECRET_LEAST = 32;
export const secretText = z.string().min(SECRET_LEAST, { abort: true });

/** It travels in a header of HTTP, and comes out of it as it went in only in these characters. */
export const mediaSecretText = secretText.regex(/^[!-~]+$/, {
  error: 'must be of printable ASCII characters, without spaces',
});

/** Of whoever runs media workers. */
export const workerSettings = {
  NODE_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .default('local'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  ANNOUNCED_ADDRESS: z
    .string()
    .regex(/^[A-Za-z0-9.:-]{1,253}$/)
    .optional(),
  RTC_PORT_BASE: portNumber.default(40_000),
  MEDIA_WORKERS: wholeNumber(1, 256).default(availableParallelism()),
  MEDIASOUP_WORKER_BIN: z.string().min(1).optional(),
  /** A worker that is older is replaced by a fresh one; 0: none is. */
  WORKER_MAX_AGE_HOURS: wholeNumber(0, 8_760).default(168),
};

const HOUR_MS = 3_600_000;

/** As the media server takes it. */
export const workerMaxAgeMs = ({
  WORKER_MAX_AGE_HOURS: hours,
}: {
  readonly WORKER_MAX_AGE_HOURS: number;
}): number | undefined => (hours === 0 ? undefined : hours * HOUR_MS);

/** Figures for Prometheus, on a port of their own; absent: none. */
export const metricsSettings = {
  METRICS_PORT: portNumber.optional(),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
};

export class ConfigError extends Error {
  /** One line for each wrong setting; values are never shown. */
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`wrong settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** `NAME_FILE` stands in for `NAME`, so that a secret need not be in the environment. */
const readSecretFiles = (
  env: Environment,
  secrets: readonly string[],
  problems: string[],
): Environment => {
  const read: Record<string, string> = {};
  for (const name of secrets) {
    const path = env[`${name}_FILE`];
    if (path === undefined || path === '') continue;
    if (env[name] !== undefined && env[name] !== '')
      problems.push(`${name}: set it or ${name}_FILE, not both`);
    try {
      read[name] = readFileSync(path, 'utf8').trim();
    } catch {
      problems.push(`${name}_FILE: cannot be read`);
    }
  }
  return { ...env, ...read };
};

/** What is set, secrets from their files; settings that are set but empty count as not set. */
export const readPresent = (
  env: Environment,
  secrets: readonly string[],
  problems: string[],
): Environment =>
  Object.fromEntries(
    Object.entries(readSecretFiles(env, secrets, problems)).filter(
      ([, value]) => value !== undefined && value !== '',
    ),
  );

/** Every worker has a port of its own, from RTC_PORT_BASE on. */
export const checkPorts = (
  { RTC_PORT_BASE, MEDIA_WORKERS }: { RTC_PORT_BASE: number; MEDIA_WORKERS: number },
  problems: string[],
): void => {
  if (RTC_PORT_BASE + MEDIA_WORKERS - 1 > HIGHEST_PORT) {
    problems.push('RTC_PORT_BASE: leaves no room below 65536 for one port per media worker');
  }
};

export const nameProblems = (
  issues: readonly z.core.$ZodIssue[] | undefined,
  problems: string[],
): void => {
  for (const { path, message } of issues ?? []) problems.push(`${path.join('.')}: ${message}`);
};
