// Programs besides browsers that some tests need: finds them, or installs Debian's packages of them.
import { existsSync } from 'node:fs';
import { installPackages } from './apt.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * @typedef {object} Tool
 * @property {string} title
 * @property {string} variable what names its path: to us, and from us to the tests
 * @property {string[]} usualPlaces
 * @property {string[]} debianPackages
 * @property {string} purpose
 */

/**
 * Debian's package starts a service of its own where systemd runs; the tests' is another one, with
 * its own ports, configuration and log.
 * @satisfies {Tool}
 */
export const COTURN = {
  title: 'coturn',
  variable: 'SOTTO_TURNSERVER',
  usualPlaces: ['/usr/bin/turnserver', '/usr/local/bin/turnserver', '/opt/homebrew/bin/turnserver'],
  // openssl makes the certificate.
  debianPackages: ['coturn', 'openssl'],
  purpose: 'calls through a TURN server',
};

/** @satisfies {Tool} */
export const NFT = {
  title: 'nft',
  variable: 'SOTTO_NFT',
  usualPlaces: ['/usr/sbin/nft', '/sbin/nft'],
  // iproute2 makes the networks that nft spoils.
  debianPackages: ['nftables', 'iproute2'],
  purpose: 'the tests of bad networks',
};

/**
 * Redis 7 or newer. As with coturn, the package may start a service; the tests' servers are others, each
 * with a port and a folder of its own.
 * @satisfies {Tool}
 */
export const REDIS = {
  title: 'redis-server',
  variable: 'SOTTO_REDIS_SERVER',
  usualPlaces: [
    '/usr/bin/redis-server',
    '/usr/local/bin/redis-server',
    '/opt/homebrew/bin/redis-server',
  ],
  debianPackages: ['redis-server'],
  purpose: 'rooms that many processes share',
};

/** @satisfies {Tool} */
export const HAPROXY = {
  title: 'haproxy',
  variable: 'SOTTO_HAPROXY',
  usualPlaces: ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy', '/opt/homebrew/bin/haproxy'],
  debianPackages: ['haproxy'],
  purpose: 'many nodes behind one address',
};

/** @satisfies {Tool} */
export const PROMTOOL = {
  title: 'promtool',
  variable: 'SOTTO_PROMTOOL',
  usualPlaces: ['/usr/bin/promtool', '/usr/local/bin/promtool', '/opt/homebrew/bin/promtool'],
  debianPackages: ['prometheus'],
  purpose: 'the check of the figures for Prometheus',
};

/**
 * The package starts a service of its own where systemd runs; the bench's is another one, with its own port
 * and configuration.
 * @satisfies {Tool}
 */
export const JANUS = {
  title: 'janus',
  variable: 'SOTTO_JANUS',
  usualPlaces: ['/usr/bin/janus', '/usr/local/bin/janus', '/opt/janus/bin/janus'],
  debianPackages: ['janus'],
  purpose: 'another media server to compare with',
};

/** @satisfies {Tool} */
export const C_COMPILER = {
  title: 'C compiler',
  variable: 'SOTTO_CC',
  usualPlaces: ['/usr/bin/cc', '/usr/local/bin/cc'],
  debianPackages: ['gcc', 'libc6-dev'],
  purpose: 'the media ends of a bench',
};

/** @satisfies {Tool} */
export const OPENSSL_HEADERS = {
  title: 'OpenSSL header',
  variable: 'SOTTO_OPENSSL_HEADER',
  usualPlaces: ['/usr/include/openssl/ssl.h', '/usr/local/include/openssl/ssl.h'],
  debianPackages: ['libssl-dev'],
  purpose: 'the media ends of a bench',
};

/**
 * @param {Tool} tool
 * @returns {Promise<string>} the path, for the tool's variable
 */
export async function ensureTool({ title, variable, usualPlaces, debianPackages, purpose }) {
  const given = process.env[variable];
  if (given && !existsSync(given)) {
    throw new SetupError(`${variable} names a file that is not there: ${given}`);
  }
  const find = () => usualPlaces.find((file) => existsSync(file));
  if (!given && !find()) await installPackages(debianPackages, { purpose });
  const found = given || find();
  if (!found) {
    throw new SetupError(
      `There is no ${title} where one is looked for, for ${purpose}.\n` +
        `Please install it, or set ${variable} to it.`,
    );
  }
  console.error(`${title}: ${found}`);
  return found;
}
