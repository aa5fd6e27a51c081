// A media node's settings: defaults, a secret that is required, and every wrong one named at once.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readMediaConfig } from './config.ts';
import { ConfigError } from './settings.ts';

const MEDIA_SECRET = 's'.repeat(32);

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readMediaConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

const namesOf = (env: Record<string, string>): readonly string[] =>
  problemsOf(env)
    .map((problem) => problem.split(':')[0] ?? '')
    .toSorted();

it('M11 needs a secret of 32 characters and nothing else', () => {
  expect(namesOf({})).toEqual(['MEDIA_SECRET']);
  expect(namesOf({ MEDIA_SECRET: 's'.repeat(31) })).toEqual(['MEDIA_SECRET']);
  expect(readMediaConfig({ MEDIA_SECRET })).toMatchObject({
    MEDIA_HOST: '127.0.0.1',
    MEDIA_PORT: 4000,
    NODE_ID: 'media',
    RTC_PORT_BASE: 40_000,
  });
});

it('reads the secret from its file, and refuses to choose between two', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'sotto-media-')), 'secret');
  writeFileSync(path, `${MEDIA_SECRET}\n`);
  expect(readMediaConfig({ MEDIA_SECRET_FILE: path }).MEDIA_SECRET).toBe(MEDIA_SECRET);
  expect(namesOf({ MEDIA_SECRET_FILE: path, MEDIA_SECRET })).toEqual(['MEDIA_SECRET']);
});

it('takes a secret or file that is set but empty for not set', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'sotto-media-')), 'secret');
  writeFileSync(path, MEDIA_SECRET);
  const fromFile = readMediaConfig({ MEDIA_SECRET: '', MEDIA_SECRET_FILE: path });
  expect(fromFile.MEDIA_SECRET).toBe(MEDIA_SECRET);
  expect(readMediaConfig({ MEDIA_SECRET, MEDIA_SECRET_FILE: '' }).MEDIA_SECRET).toBe(MEDIA_SECRET);
});

it.each(['a b', '\u00e4', '\u2713', '\t', '\n', '\u007f'])(
  'M11 refuses a secret that no header of HTTP would carry (%j)',
  (wrong) => {
    expect(namesOf({ MEDIA_SECRET: MEDIA_SECRET + wrong + MEDIA_SECRET })).toEqual([
      'MEDIA_SECRET',
    ]);
  },
);

it('names every wrong setting at once, and shows no value', () => {
  const problems = problemsOf({
    MEDIA_SECRET: 'too short',
    MEDIA_PORT: '99999',
    MEDIA_WORKERS: 'many',
    NODE_ID: 'a node',
    METRICS_PORT: '-1',
  });
  expect(problems.map((problem) => problem.split(':')[0]).toSorted()).toEqual([
    'MEDIA_PORT',
    'MEDIA_SECRET',
    'MEDIA_WORKERS',
    'METRICS_PORT',
    'NODE_ID',
  ]);
  expect(problems.join()).not.toContain('too short');
});

it('asks for ports that exist', () => {
  expect(namesOf({ MEDIA_SECRET, RTC_PORT_BASE: '65535', MEDIA_WORKERS: '2' })).toEqual([
    'RTC_PORT_BASE',
  ]);
});
