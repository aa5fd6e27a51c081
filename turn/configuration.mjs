// Fills turnserver.conf.template in.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from './settings.mjs';

/** @typedef {import('./settings.mjs').Settings} Settings */

const TEMPLATE = new URL('./turnserver.conf.template', import.meta.url);

export class SettingsError extends Error {
  /** @param {readonly string[]} problems */
  constructor(problems) {
    super(`wrong settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

/** For a machine for development: itself, and whatever network it is in. */
const EVERY_PEER = ['0.0.0.0-255.255.255.255', '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'];

/**
 * Throws SettingsError. What lets a relay reach loopback and private networks is no setting, so that
 * no environment of a server in production can do it by mistake: development and tests call this.
 * @param {NodeJS.ProcessEnv} env
 * @param {object} [options]
 * @param {boolean} [options.allowLoopbackPeers] and every other peer, unless `TURN_ALLOWED_PEERS`
 *   names some
 * @param {boolean} [options.isVerbose] sessions, names and addresses are logged
 * @returns {string}
 */
export function renderConfiguration(env, { allowLoopbackPeers = false, isVerbose = false } = {}) {
  const { settings, problems } = readSettings(env);
  if (problems.length > 0) throw new SettingsError(problems);
  const values = {
    ...valuesOf(settings),
    LOG: [
      ...(settings.log === 'syslog' ? ['syslog'] : ['log-file=stdout', 'simple-log']),
      ...(isVerbose ? ['verbose'] : []),
    ],
    FLAG: [
      ...(settings.tls ? [] : ['no-tls']),
      ...(allowLoopbackPeers ? ['allow-loopback-peers'] : []),
    ],
  };
  const isOpen = allowLoopbackPeers && settings.allowedPeers.length === 0;
  return fill({ ...values, ALLOWED_PEER: isOpen ? EVERY_PEER : settings.allowedPeers });
}

/**
 * @param {Settings} settings
 * @returns {Record<string, readonly (string | number)[]>}
 */
function valuesOf(settings) {
  const { tls, externalAddress, relayPorts, stateDir } = settings;
  return {
    SECRET: [settings.secret],
    REALM: [settings.realm],
    LISTEN: settings.listen,
    PORT: [settings.port],
    TLS_PORT: tls ? [settings.tlsPort] : [],
    CERT_FILE: tls ? [tls.certFile] : [],
    KEY_FILE: tls ? [tls.keyFile] : [],
    RELAY_IP: settings.relayAddresses,
    EXTERNAL_IP: externalAddress === null ? [] : [externalAddress],
    MIN_PORT: [relayPorts.first],
    MAX_PORT: [relayPorts.last],
    USER_QUOTA: [settings.userQuota],
    TOTAL_QUOTA: [settings.totalQuota],
    MAX_BPS: [settings.maxBytesPerSecond],
    PID_FILE: stateDir === null ? [] : [join(stateDir, 'turnserver.pid')],
    USER_DB: stateDir === null ? [] : [join(stateDir, 'turndb')],
  };
}

/** @param {Record<string, readonly (string | number)[]>} values */
function fill(values) {
  return readFileSync(TEMPLATE, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#!'))
    .flatMap((line) => {
      const name = line.startsWith('#') ? undefined : /@([A-Z_]+)@/.exec(line)?.[1];
      if (name === undefined) return [line];
      const list = values[name];
      if (list === undefined) throw new Error(`the template names ${name}, which is no setting`);
      return list.map((value) => line.replace(`@${name}@`, () => String(value)));
    })
    .join('\n');
}
