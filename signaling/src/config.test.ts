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

it('knows no other way of a call than automatic and the media node', () => {
  expect(readConfig({}).CALL_MODE).toBe('auto');
  expect(readConfig({ CALL_MODE: 'sfu-only' }).CALL_MODE).toBe('sfu-only');
  expect(problemsOf({ CALL_MODE: 'p2p' })).toHaveLength(1);
});

const TURN_SECRET = 'thirty-two letters, and no fewer!';

it('takes STUN and TURN servers as a list, and a secret for those of TURN', () => {
  const urls = [
    'stun:stun.example.org',
    'stuns:[2001:db8::1]:5349',
    'turn:192.0.2.1:3478?transport=udp',
    'turns:turn.example.org?transport=tcp',
  ];
  const config = readConfig({ TURN_URLS: urls.join(', '), TURN_SECRET });
  expect(config).toMatchObject({ TURN_URLS: urls, TURN_SECRET, TURN_TTL: 3600 });
  expect(readConfig({ TURN_URLS: 'stun:stun.example.org' }).TURN_SECRET).toBeUndefined();
  for (const url of ['turn:a.example', 'stun:a.example,turns:a.example']) {
    expect(problemsOf({ TURN_URLS: url })).toEqual([expect.stringContaining('TURN_SECRET')]);
  }
});

it('reads the TURN secret from its file, and wants 32 characters of it', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'sotto-config-')), 'turn-secret');
  writeFileSync(path, `${TURN_SECRET}\n`);
  const settings = { TURN_URLS: 'turn:a.example', TURN_SECRET_FILE: path };
  expect(readConfig(settings).TURN_SECRET).toBe(TURN_SECRET);
  const problems = problemsOf({
    TURN_URLS: 'turn:a.example',
    TURN_SECRET: 'thirty-one letters, and no more',
  });
  expect(problems).toHaveLength(1);
  expect(problems.join()).not.toContain('thirty-one letters, and no more');
});

it('refuses what is no STUN or TURN URL, too many of them, and times out of bounds', () => {
  const wrong = [
    'http://a.example',
    'turn://a.example',
    'turn:user@a.example',
    'stun:a.example?transport=udp',
    'turn:a.example?transport=tls',
    'turn:',
    'turn:a.example:123456',
    Array.from({ length: 9 }, () => 'turn:a.example').join(),
  ];
  for (const url of wrong) {
    expect(problemsOf({ TURN_URLS: url, TURN_SECRET }), url).toHaveLength(1);
  }
  for (const ttl of ['9', '86401', '1.5', 'long']) {
    expect(problemsOf({ TURN_TTL: ttl }), ttl).toHaveLength(1);
  }
  expect(readConfig({ TURN_TTL: '10' }).TURN_TTL).toBe(10);
});

const JWT_SECRET = 'j'.repeat(32);
const MEDIA_SECRET = 'm'.repeat(32);
const MEDIA_URL = 'ws://127.0.0.1:4000';

const namesOf = (env: Record<string, string>): readonly string[] =>
  problemsOf(env)
    .map((problem) => problem.split(':')[0] ?? '')
    .toSorted();

it('M11 takes media nodes as a list, each once, with their secret', () => {
  const two = 'ws://10.0.0.1:4000, wss://media.example';
  expect(readConfig({ MEDIA_URL: two, MEDIA_SECRET }).MEDIA_URL).toEqual([
    'ws://10.0.0.1:4000',
    'wss://media.example',
  ]);
  expect(readConfig({}).MEDIA_URL).toEqual([]);
  expect(namesOf({ MEDIA_URL, MEDIA_SECRET: `${MEDIA_SECRET} \u00e4` })).toEqual(['MEDIA_SECRET']);
  expect(namesOf({ MEDIA_URL })).toEqual(['MEDIA_SECRET']);
  const wrong = [
    'http://a:4000',
    'ws://a/rpc',
    'ws://user@a',
    'ws://a?b',
    'ws://',
    `${two},${two}`,
  ];
  for (const url of wrong)
    expect(namesOf({ MEDIA_URL: url, MEDIA_SECRET })[0], url).toMatch(/^MEDIA_URL/);
});

it('asks for what processes that share Redis have to share besides', () => {
  const REDIS_URL = 'redis://:pass@127.0.0.1:6379';
  expect(namesOf({ REDIS_URL })).toEqual(['JWT_SECRET', 'MEDIA_SECRET']);
  expect(namesOf({ REDIS_URL, NODE_ENV: 'production', MEDIA_URL, MEDIA_SECRET })).toEqual([
    'JWT_SECRET',
  ]);
  expect(readConfig({ REDIS_URL, JWT_SECRET, MEDIA_URL, MEDIA_SECRET })).toMatchObject({
    REDIS_URL,
  });
});

it('M16 media nodes register in Redis where no list of them is set, and the secret is theirs too', () => {
  const settings = { REDIS_URL: 'redis://127.0.0.1:6379', JWT_SECRET };
  expect(readConfig({ ...settings, MEDIA_SECRET })).toMatchObject({ MEDIA_URL: [], MEDIA_SECRET });
  expect(namesOf(settings)).toEqual(['MEDIA_SECRET']);
  expect(namesOf({ ...settings, MEDIA_URL })).toEqual(['MEDIA_SECRET']);
});

it('shows nothing of a Redis URL that is wrong', () => {
  const problems = problemsOf({
    REDIS_URL: 'http://:pass@host',
    JWT_SECRET,
    MEDIA_URL,
    MEDIA_SECRET,
  });
  expect(problems).toHaveLength(1);
  expect(problems.join()).not.toMatch(/pass|host@|http/);
});

it('reads the secret of media nodes from its file', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'sotto-config-')), 'secret');
  writeFileSync(path, `${MEDIA_SECRET}\n`);
  expect(readConfig({ MEDIA_URL, MEDIA_SECRET_FILE: path }).MEDIA_SECRET).toBe(MEDIA_SECRET);
});

it('tells figures on a port of its own, and only where one is set', () => {
  expect(readConfig({})).toMatchObject({ METRICS_HOST: '127.0.0.1' });
  expect(readConfig({}).METRICS_PORT).toBeUndefined();
  expect(readConfig({ METRICS_PORT: '9100' }).METRICS_PORT).toBe(9100);
  expect(namesOf({ METRICS_PORT: '99999' })).toEqual(['METRICS_PORT']);
});

it('A1 the token of administrators can be sent in a header, and is long', () => {
  const ADMIN_TOKEN = 'a'.repeat(32);
  expect(readConfig({ ADMIN_TOKEN }).ADMIN_TOKEN).toBe(ADMIN_TOKEN);
  expect(readConfig({}).ADMIN_TOKEN).toBeUndefined();
  for (const wrong of ['a'.repeat(31), `${ADMIN_TOKEN} b`, `${ADMIN_TOKEN}\u00e4`]) {
    expect(namesOf({ ADMIN_TOKEN: wrong })).toEqual(['ADMIN_TOKEN']);
  }
});
