// Installs Debian packages: as root, with sudo if it asks for no password, or by telling the
// person at the terminal the one line to run.
import { spawnSync } from 'node:child_process';
import { run } from './run.mjs';
import { withProgress } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

/** @param {string} command */
export function isCommand(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/**
 * @param {string[]} packages
 * @param {{purpose: string, flags?: string[]}} options purpose: what they are for, in words
 */
export async function installPackages(packages, { purpose, flags = [] }) {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;

  const prefix = rootPrefix();
  if (!prefix) {
    throw new SetupError(
      `These packages are missing for ${purpose}. Please run this line, then try again:\n\n` +
        `  sudo apt-get update && sudo apt-get install -y ${[...flags, ...missing].join(' ')}\n`,
    );
  }
  const [command, ...first] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  const wait = ['-o', 'DPkg::Lock::Timeout=300']; // seconds, for another apt to finish
  /** @param {string[]} args */
  const apt = (...args) => run(command, [...first, ...wait, ...args]);
  await withProgress(`installing Debian packages for ${purpose}`, async (update) => {
    // A failed update (one broken third-party source) need not matter: the install decides.
    await apt('update');
    update(missing.join(' '));
    const { ok, tail } = await apt('install', '-y', ...flags, ...missing);
    if (!ok) throw new SetupError(`apt-get install ${missing.join(' ')} failed:\n${tail}`);
  });
}

/** @param {string} name */
function isInstalled(name) {
  const query = ['-W', '-f', '${db:Status-Status}\n', name];
  const { stdout } = spawnSync('dpkg-query', query, { encoding: 'utf8' });
  return stdout?.split('\n').includes('installed') ?? false;
}

/** Whether `installPackages` needs nobody's help on this machine. */
export function canInstall() {
  return isCommand('apt-get') && rootPrefix() !== undefined;
}

/** @returns {string[] | undefined} what to put before a command that needs root */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  return sudo.status === 0 ? ['sudo', '-n'] : undefined;
}
