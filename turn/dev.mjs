// npm run turn: a coturn on this machine for development, in the foreground. It prints the settings
// that `npm start` needs to use it. It relays to every peer, loopback and private networks included:
// never run it where strangers can reach it.
//   --allow-loopback-peers     is required: whoever starts it has read the line above
//   TURN_SECRET                one's own; else a random one is made
//   TURN_PORT, TURN_TLS_PORT, TURN_RELAY_PORTS and others as in README.md
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitWith } from '../scripts/lib/exit-with.mjs';
import { runInForeground } from '../scripts/lib/foreground.mjs';
import { SetupError } from '../scripts/lib/setup-error.mjs';
import { COTURN, ensureTool } from '../scripts/lib/tools.mjs';
import { makeCertificate } from './certificate.mjs';
import { renderConfiguration, SettingsError } from './configuration.mjs';

const HOST = '127.0.0.1';
const FLAG = '--allow-loopback-peers';

await exitWith(async () => {
  const args = process.argv.slice(2);
  if (args.some((arg) => arg !== FLAG)) throw new SetupError(`npm run turn -- ${FLAG}`);
  if (args.length === 0) {
    throw new SetupError(
      'This TURN server would relay to this machine and to every private network around it.\n' +
        `If nobody but you can reach it: npm run turn -- ${FLAG}`,
    );
  }
  const command = await ensureTool({ ...COTURN, purpose: 'a TURN server for development' });
  const folder = mkdtempSync(join(tmpdir(), 'sotto-turn-'));
  try {
    const { env, keyHash } = settingsFor(folder);
    const file = join(folder, 'turnserver.conf');
    writeFileSync(file, render(env), { mode: 0o600 });
    console.error(wordsFor(env, keyHash));
    return await runInForeground(command, ['-c', file]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** @param {string} folder */
function settingsFor(folder) {
  const { certFile, keyFile, keyHash } = makeCertificate(folder, [HOST, 'localhost']);
  const env = {
    TURN_SECRET: randomBytes(24).toString('hex'),
    TURN_REALM: 'localhost',
    TURN_LISTEN: HOST,
    TURN_RELAY_ADDRESSES: HOST,
    TURN_PORT: '3478',
    TURN_TLS_PORT: '5349',
    TURN_CERT_FILE: certFile,
    TURN_KEY_FILE: keyFile,
    TURN_LOG: 'stdout',
    TURN_STATE_DIR: folder,
  };
  const given = Object.entries(process.env).filter(([name]) => name.startsWith('TURN_'));
  return { env: { ...env, ...Object.fromEntries(given) }, keyHash };
}

/** @param {NodeJS.ProcessEnv} env */
function render(env) {
  try {
    return renderConfiguration(env, { allowLoopbackPeers: true, isVerbose: true });
  } catch (error) {
    throw error instanceof SettingsError ? new SetupError(error.message) : error;
  }
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} keyHash
 */
function wordsFor({ TURN_SECRET, TURN_PORT, TURN_TLS_PORT }, keyHash) {
  const urls = [
    `turn:${HOST}:${TURN_PORT}?transport=udp`,
    `turn:${HOST}:${TURN_PORT}?transport=tcp`,
    `turns:${HOST}:${TURN_TLS_PORT}?transport=tcp`,
  ];
  return [
    '\nStart Sotto with:',
    `  TURN_URLS='${urls.join(',')}' TURN_SECRET='${TURN_SECRET}' npm start`,
    'and, for turns: with its own certificate, Chromium with:',
    `  --ignore-certificate-errors-spki-list=${keyHash} --user-data-dir=$(mktemp -d)\n`,
  ].join('\n');
}
