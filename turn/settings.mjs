// Reads the settings of the TURN server from the environment; names every wrong one, at once.
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';

/**
 * @typedef {object} Settings
 * @property {string} secret
 * @property {string} realm
 * @property {{certFile: string, keyFile: string} | null} tls
 * @property {number} port
 * @property {number} tlsPort
 * @property {readonly string[]} listen addresses; none: all of the host's
 * @property {readonly string[]} relayAddresses
 * @property {string | null} externalAddress `public` or `public/private`
 * @property {{first: number, last: number}} relayPorts
 * @property {readonly string[]} allowedPeers addresses or ranges
 * @property {number} userQuota allocations
 * @property {number} totalQuota allocations
 * @property {number} maxBytesPerSecond
 * @property {'syslog' | 'stdout'} log
 * @property {string | null} stateDir
 */

const DEFAULTS = {
  port: 3478, // RFC 8656 §21
  tlsPort: 5349,
  relayPorts: '49152-65535',
  /** Two connections to the SFU and one to a peer, for three URLs and a few networks, twice over. */
  userQuota: 60,
  /** A page without need of a relay allocates all the same: about six. */
  totalQuota: 6000,
  /** 16 Mbit/s: a camera in three layers and a screen are at most 12. */
  maxBytesPerSecond: 2_000_000,
};

const LEAST_SECRET_CHARACTERS = 32;
const HIGHEST_PORT = 65_535;
const LOWEST_RELAY_PORT = 1024;

/**
 * Settings that are set but empty count as not set.
 * @param {NodeJS.ProcessEnv} env
 * @returns {{settings: Settings, problems: string[]}} problems: a line for each, values are not shown
 */
export function readSettings(env) {
  /** @type {string[]} */
  const problems = [];
  const reader = createReader(env, problems);
  const settings = {
    secret: readSecret(reader),
    realm: reader.text(
      'TURN_REALM',
      /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/,
      'a host name is required',
    ),
    tls: readTls(reader),
    port: reader.whole('TURN_PORT', DEFAULTS.port, 1, HIGHEST_PORT),
    tlsPort: reader.whole('TURN_TLS_PORT', DEFAULTS.tlsPort, 1, HIGHEST_PORT),
    listen: reader.list('TURN_LISTEN', isAddress, 'addresses with commas between them'),
    relayAddresses: reader.list('TURN_RELAY_ADDRESSES', isAddress, 'addresses with commas'),
    externalAddress: readExternalAddress(reader),
    relayPorts: readRelayPorts(reader),
    allowedPeers: reader.list(
      'TURN_ALLOWED_PEERS',
      isRange,
      'addresses or first-last, with commas',
    ),
    userQuota: reader.whole('TURN_USER_QUOTA', DEFAULTS.userQuota, 1, 1e6),
    totalQuota: reader.whole('TURN_TOTAL_QUOTA', DEFAULTS.totalQuota, 1, 1e6),
    maxBytesPerSecond: reader.whole('TURN_MAX_BPS', DEFAULTS.maxBytesPerSecond, 1000, 1e9),
    log: readLog(reader),
    stateDir: readStateDir(reader),
  };
  if (settings.port === settings.tlsPort) problems.push('TURN_TLS_PORT: is TURN_PORT as well');
  return { settings, problems };
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} problems
 */
function createReader(env, problems) {
  /** @param {string} name */
  const given = (name) => env[name] || undefined;
  /** @param {string} problem */
  const complain = (problem) => void problems.push(problem);
  return {
    given,
    complain,
    /**
     * @param {string} name
     * @param {RegExp} pattern
     * @param {string} what
     */
    text(name, pattern, what) {
      const value = given(name) ?? '';
      if (!pattern.test(value)) complain(`${name}: ${what}`);
      return value;
    },
    /**
     * @param {string} name
     * @param {number} otherwise
     * @param {number} least
     * @param {number} most
     */
    whole(name, otherwise, least, most) {
      const value = Number(given(name) ?? otherwise);
      if (Number.isInteger(value) && value >= least && value <= most) return value;
      complain(`${name}: a whole number from ${least} to ${most}`);
      return otherwise;
    },
    /**
     * @param {string} name
     * @param {(item: string) => boolean} isRight
     * @param {string} what
     */
    list(name, isRight, what) {
      const items = (given(name) ?? '').split(',').flatMap((item) => item.trim() || []);
      if (!items.every(isRight)) complain(`${name}: ${what}`);
      return items;
    },
  };
}

/** @typedef {ReturnType<typeof createReader>} Reader */

/** @param {Reader} reader */
function readSecret({ given, complain }) {
  const [secret, file] = [given('TURN_SECRET'), given('TURN_SECRET_FILE')];
  if (secret !== undefined && file !== undefined) {
    complain('TURN_SECRET: set it or TURN_SECRET_FILE, not both');
  }
  const value = file === undefined ? secret : readFile(file);
  if (value === null) complain('TURN_SECRET_FILE: cannot be read');
  // coturn takes the rest of a line, and a `#` or spaces in it might end it sooner.
  else if (!/^[!-~]+$/.test(value ?? '') || /[#"'\\]/.test(value ?? '')) {
    complain('TURN_SECRET: is required; printable ASCII without spaces, quotes, \\ and #');
  } else if ((value ?? '').length < LEAST_SECRET_CHARACTERS) {
    complain(`TURN_SECRET: at least ${LEAST_SECRET_CHARACTERS} characters`);
  }
  return value ?? '';
}

/** @param {string} file */
function readFile(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

/** @param {Reader} reader */
function readTls({ given, complain }) {
  const [certFile, keyFile] = [given('TURN_CERT_FILE'), given('TURN_KEY_FILE')];
  const mode = given('TURN_TLS') ?? 'on';
  if (mode !== 'on' && mode !== 'off') complain('TURN_TLS: on or off');
  if (mode === 'off') {
    if (certFile || keyFile) complain('TURN_TLS: is off, but a certificate or key is set');
    return null;
  }
  for (const [name, file] of Object.entries({ TURN_CERT_FILE: certFile, TURN_KEY_FILE: keyFile })) {
    if (file === undefined) complain(`${name}: is required unless TURN_TLS=off`);
    else if (!isAbsolute(file)) complain(`${name}: wants a whole path, from / on`);
    else if (!existsSync(file))
      complain(`${name}: is not there, or in a folder that is closed to you`);
  }
  return certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : null;
}

/** @param {Reader} reader */
function readExternalAddress({ given, complain }) {
  const value = given('TURN_EXTERNAL_ADDRESS');
  if (value === undefined) return null;
  const parts = value.split('/');
  if (parts.length > 2 || !parts.every(isAddress)) {
    complain('TURN_EXTERNAL_ADDRESS: a public address, or public/private');
  }
  return value;
}

/** @param {Reader} reader */
function readRelayPorts({ given, complain }) {
  const value = given('TURN_RELAY_PORTS') ?? DEFAULTS.relayPorts;
  const [first = 0, last = 0] = value.split('-').map(Number);
  const isRight = /^\d+-\d+$/.test(value) && first >= LOWEST_RELAY_PORT && first <= last;
  if (!isRight || last > HIGHEST_PORT) {
    complain(`TURN_RELAY_PORTS: first-last, from ${LOWEST_RELAY_PORT} to ${HIGHEST_PORT}`);
  }
  return { first, last };
}

/**
 * @param {Reader} reader
 * @returns {'syslog' | 'stdout'}
 */
function readLog({ given, complain }) {
  const value = given('TURN_LOG') ?? 'syslog';
  if (value === 'syslog' || value === 'stdout') return value;
  complain('TURN_LOG: syslog or stdout');
  return 'syslog';
}

/** @param {Reader} reader */
function readStateDir({ given, complain }) {
  const value = given('TURN_STATE_DIR') ?? null;
  if (value !== null && !isAbsolute(value))
    complain('TURN_STATE_DIR: wants a whole path, from / on');
  return value;
}

/** @param {string} text */
function isAddress(text) {
  return isIP(text) !== 0;
}

/**
 * coturn takes a zero address at either end for no limit, and one by itself for every address.
 * @param {string} text
 */
function isRange(text) {
  const [first = '', last = first, ...more] = text.split('-');
  const isPair = more.length === 0 && isIP(first) !== 0 && isIP(first) === isIP(last);
  return isPair && ![first, last].some((address) => /^[0.:]+$/.test(address));
}
