// Settings from the environment: defaults, files for secrets, and every wrong one named at once.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

it('needs nothing', () => {
  expect(readConfig({})).toMatchObject({ PORT: 3000, RTC_PORT_BASE: 40_000, CORS_ORIGINS: [] });
});

it('takes an empty setting for one that is not set', () => {
  expect(readConfig({ PORT: '', ANNOUNCED_ADDRESS: '' })).toMatchObject({ PORT: 3000 });
});

it('names every wrong setting at once, and shows no value', () => {
  const problems = problemsOf({
    PORT: 'eighty',
    MEDIA_WORKERS: '0',
    LOG_LEVEL: 'loud',
    JWT_SECRET: 'too short',
    CORS_ORIGINS: 'https://a.example/path',
  });
  expect(problems.map((problem) => problem.split(':')[0]?.split('.')[0]).toSorted()).toEqual([
    'CORS_ORIGINS',
    'JWT_SECRET',
    'LOG_LEVEL',
    'MEDIA_WORKERS',
    'PORT',
  ]);
  expect(problems.join()).not.toContain('too short');
});

it('reads a secret from its file, and refuses to choose between two', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'sotto-config-')), 'secret');
  writeFileSync(path, `${'s'.repeat(40)}\n`);
  expect(readConfig({ JWT_SECRET_FILE: path }).JWT_SECRET).toBe('s'.repeat(40));
  expect(problemsOf({ JWT_SECRET_FILE: path, JWT_SECRET: 't'.repeat(40) })).toHaveLength(1);
  expect(problemsOf({ JWT_SECRET_FILE: `${path}.missing` })).toHaveLength(1);
});

it('asks for a secret in production, and for ports that exist', () => {
  expect(problemsOf({ NODE_ENV: 'production' })).toHaveLength(1);
  expect(problemsOf({ RTC_PORT_BASE: '65535', MEDIA_WORKERS: '2' })).toHaveLength(1);
});

it('takes origins as a list', () => {
  const { CORS_ORIGINS } = readConfig({ CORS_ORIGINS: 'https://a.example, http://b.example:8080' });
  expect(CORS_ORIGINS).toEqual(['https://a.example', 'http://b.example:8080']);
});
