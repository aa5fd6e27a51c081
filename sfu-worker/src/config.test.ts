// A media node's settings: defaults, a secret that is required, and every wrong one named at once.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { announcedUrl, readMediaConfig } from './config.ts';
import { ConfigError, workerMaxAgeMs } from './settings.ts';

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

it('M18 waits for 60 s for rooms to move, and keeps a worker for a week, unless told otherwise', () => {
  const config = readMediaConfig({ MEDIA_SECRET });
  expect(config.DRAIN_TIMEOUT).toBe(60);
  expect(workerMaxAgeMs(config)).toBe(7 * 24 * 3_600_000);
  const other = { MEDIA_SECRET, DRAIN_TIMEOUT: '0', WORKER_MAX_AGE_HOURS: '0' };
  expect(readMediaConfig(other).DRAIN_TIMEOUT).toBe(0);
  expect(workerMaxAgeMs(readMediaConfig(other))).toBeUndefined();
  const wrong = { MEDIA_SECRET, DRAIN_TIMEOUT: '-1', WORKER_MAX_AGE_HOURS: 'old' };
  expect(namesOf(wrong)).toEqual(['DRAIN_TIMEOUT', 'WORKER_MAX_AGE_HOURS']);
});

const REDIS_URL = 'redis://media:hunter2@10.0.0.1';

it.each([
  [{}, 'ws://127.0.0.1:4000'],
  [{ MEDIA_HOST: '10.0.0.2' }, 'ws://10.0.0.2:4000'],
  [{ MEDIA_HOST: 'fd00::2' }, 'ws://[fd00::2]:4000'],
  [{ MEDIA_HOST: '::', MEDIA_ANNOUNCED_URL: 'wss://media.example' }, 'wss://media.example'],
])('M16 %j is reached at %s', (env, url) => {
  expect(announcedUrl(readMediaConfig({ MEDIA_SECRET, REDIS_URL, ...env }), 4_000)).toBe(url);
});

it.each(['0.0.0.0', '::', '0', '0:0:0:0:0:0:0:0', 'fe80::1%eth0'])(
  'M16 a node that listens on %s has to be told where it is reached, if it registers',
  (MEDIA_HOST) => {
    expect(namesOf({ MEDIA_SECRET, REDIS_URL, MEDIA_HOST })).toEqual(['MEDIA_ANNOUNCED_URL']);
    expect(namesOf({ MEDIA_SECRET, MEDIA_HOST })).toEqual([]);
  },
);

it.each(['http://media', 'ws://media/path', 'ws://me@media', 'media:4000'])(
  'M16 nobody connects to %s',
  (MEDIA_ANNOUNCED_URL) => {
    expect(namesOf({ MEDIA_SECRET, MEDIA_ANNOUNCED_URL })).toEqual(['MEDIA_ANNOUNCED_URL']);
  },
);

it('M16 names a wrong REDIS_URL among the others, and shows nothing of it', () => {
  const problems = problemsOf({ REDIS_URL: 'redis://:hunter2@host:99999', MEDIA_HOST: '::' });
  expect(problems.map((problem) => problem.split(':')[0]).toSorted()).toEqual([
    'MEDIA_ANNOUNCED_URL',
    'MEDIA_SECRET',
    'REDIS_URL',
  ]);
  expect(problems.join()).not.toContain('hunter2');
});
