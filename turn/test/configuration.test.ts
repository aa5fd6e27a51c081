// What turn/render.mjs makes of the environment.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderConfiguration, SettingsError } from '../configuration.mjs';

const RENDER = fileURLToPath(new URL('../render.mjs', import.meta.url));
const SECRET = 'a-secret-of-the-tests-long-enough';

let folder: string;
let good: Record<string, string>;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sotto-turn-'));
  const [certFile, keyFile] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  for (const file of [certFile, keyFile]) writeFileSync(file, '');
  good = {
    TURN_SECRET: SECRET,
    TURN_REALM: 'turn.example.org',
    TURN_CERT_FILE: certFile,
    TURN_KEY_FILE: keyFile,
  };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const problemsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    renderConfiguration(env);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
};

/** The lines that coturn reads. */
const linesOf = (env: NodeJS.ProcessEnv): readonly string[] =>
  renderConfiguration(env)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

test('the least settings give TLS, quotas, denied networks and no placeholder', () => {
  const lines = linesOf(good);
  expect(lines).toEqual(
    expect.arrayContaining([
      'use-auth-secret',
      `static-auth-secret=${SECRET}`,
      'realm=turn.example.org',
      'fingerprint',
      'stale-nonce=600',
      'tls-listening-port=5349',
      `cert=${good['TURN_CERT_FILE']}`,
      `pkey=${good['TURN_KEY_FILE']}`,
      'no-tlsv1',
      'no-tlsv1_1',
      'no-cli',
      'no-multicast-peers',
      'user-quota=60',
      'total-quota=6000',
      'max-bps=2000000',
      'min-port=49152',
      'max-port=65535',
      'syslog',
      'denied-peer-ip=10.0.0.0-10.255.255.255',
    ]),
  );
  expect(renderConfiguration(good)).not.toMatch(/@[A-Z_]+@|^#!/m);
});

test('no environment allows loopback peers, logs people, or opens every network', () => {
  const lines = linesOf({ ...good, TURN_ALLOW_LOOPBACK_PEERS: '1', TURN_VERBOSE: '1' });
  expect(lines).not.toContain('allow-loopback-peers');
  expect(lines).not.toContain('verbose');
  expect(lines.filter((line) => line.startsWith('allowed-peer-ip'))).toEqual([]);
});

test('lists become a line each, flags only where they are wanted', () => {
  const { TURN_CERT_FILE: _cert, TURN_KEY_FILE: _key, ...plain } = good;
  const lines = linesOf({
    ...plain,
    TURN_TLS: 'off',
    TURN_LISTEN: '192.0.2.1, 2001:db8::1',
    TURN_EXTERNAL_ADDRESS: '192.0.2.1/10.0.0.1',
    TURN_ALLOWED_PEERS: '10.0.0.2,fd00::-fd00::ffff',
  });
  expect(lines).toEqual(
    expect.arrayContaining([
      'no-tls',
      'listening-ip=192.0.2.1',
      'listening-ip=2001:db8::1',
      'external-ip=192.0.2.1/10.0.0.1',
      'allowed-peer-ip=10.0.0.2',
      'allowed-peer-ip=fd00::-fd00::ffff',
    ]),
  );
  expect(lines.filter((line) => /^(cert|pkey|tls-listening-port)=/.test(line))).toEqual([]);
  expect(linesOf(good)).not.toContain('no-tls');
});

test('every wrong setting is named, once and without its value', () => {
  const wrong = {
    TURN_SECRET: 'too-short',
    TURN_REALM: 'not a host',
    TURN_CERT_FILE: 'relative.pem',
    TURN_KEY_FILE: '/nowhere/key.pem',
    TURN_PORT: '70000',
    TURN_TLS_PORT: 'x5349',
    TURN_LISTEN: 'localhost',
    TURN_RELAY_ADDRESSES: '10.0.0',
    TURN_EXTERNAL_ADDRESS: '192.0.2.1/10.0.0.1/10.0.0.2',
    TURN_RELAY_PORTS: '60000-50000',
    TURN_ALLOWED_PEERS: '10.0.0.1-fd00::1',
    TURN_USER_QUOTA: '0',
    TURN_TOTAL_QUOTA: '1.5',
    TURN_MAX_BPS: '-1',
    TURN_LOG: 'elsewhere',
    TURN_STATE_DIR: 'relative',
  };
  const problems = problemsOf(wrong);
  const named = problems.map((problem) => problem.split(':')[0] ?? '');
  expect(named.sort()).toEqual(Object.keys(wrong).sort());
  for (const value of ['too-short', '70000', 'elsewhere'])
    expect(problems.join()).not.toContain(value);
});

test.each([
  ['a line of its own', `${SECRET}\nallow-loopback-peers`],
  ['a comment', `${SECRET}#1`],
  ['a space', `${SECRET} 1`],
])('a secret with %s is refused', (_what, secret) => {
  expect(problemsOf({ ...good, TURN_SECRET: secret })).toHaveLength(1);
});

test.each(['0.0.0.0', '0.0.0.0-10.0.0.1', '::', '::-fd00::1', '0:0::0', '10.0.0.1,::'])(
  'allowed peers that coturn would take for everybody are refused: %s',
  (peers) => {
    expect(problemsOf({ ...good, TURN_ALLOWED_PEERS: peers })).toHaveLength(1);
  },
);

test('both secrets, TLS that is off with a certificate, and one port twice are refused', () => {
  const secretFile = path.join(folder, 'secret');
  writeFileSync(secretFile, `${SECRET}\n`);
  expect(problemsOf({ ...good, TURN_SECRET_FILE: secretFile })).toHaveLength(1);
  expect(problemsOf({ ...good, TURN_TLS: 'off' })).toHaveLength(1);
  expect(problemsOf({ ...good, TURN_TLS_PORT: '3478' })).toHaveLength(1);
  const { TURN_SECRET: _secret, ...others } = good;
  const lines = linesOf({ ...others, TURN_SECRET_FILE: secretFile });
  expect(lines).toContain(`static-auth-secret=${SECRET}`);
});

test('render.mjs writes a file that its owner alone can read, and nothing when a setting is wrong', () => {
  const file = path.join(folder, 'turnserver.conf');
  execFileSync(process.execPath, [RENDER, file], { env: good });
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const other = path.join(folder, 'other.conf');
  const env = { ...good, TURN_PORT: '0' };
  const { status, stderr, stdout } = spawnSync(process.execPath, [RENDER, other], {
    env,
    encoding: 'utf8',
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('TURN_PORT');
  expect(stderr).not.toContain(SECRET);
  expect(existsSync(other)).toBe(false);
});
