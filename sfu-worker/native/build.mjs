// Builds the mediasoup worker from the npm package's source and Debian's packages: for machines
// that can reach these two, but not mediasoup's release page, PyPI and GitHub. README.md says more.
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, isCommand } from '../../scripts/lib/apt.mjs';
import { onInterrupt } from '../../scripts/lib/interrupt.mjs';
import { withLock } from '../../scripts/lib/lock.mjs';
import { findNode } from '../../scripts/lib/node.mjs';
import { MODULES } from '../../scripts/lib/paths.mjs';
import { withProgress } from '../../scripts/lib/progress.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { SetupError } from '../../scripts/lib/setup-error.mjs';
import { runsHere } from '../../scripts/lib/worker-binary.mjs';
import { cachedWorker } from './cache.mjs';
import { fetchFromArchive } from './debian-archive.mjs';
import { ARCHIVE, MEDIASOUP_VERSION, MESON_ARGS, PACKAGES, TARGET } from './recipe.mjs';
import { layOut } from './source-tree.mjs';

const MEDIASOUP = join(MODULES, 'mediasoup');
const PROVE = join(dirname(fileURLToPath(import.meta.url)), 'prove.mjs');
const BYTES_PER_JOB = 1.5e9; // what one compiler may take, at its peak

/** @returns {Promise<string>} the binary in the cache, built if it is not there */
export async function buildWorker() {
  const binary = cachedWorker();
  checkMachine();
  await installPackages([...PACKAGES, ARCHIVE.keyringPackage], {
    purpose: 'building the media worker',
    flags: ['--no-install-recommends'],
  });
  await withLock(
    `${binary}.lock`,
    async () => {
      if (!runsHere(binary)) await buildInto(binary);
    },
    () => console.error('another process is building the media worker: waiting for it …'),
  );
  return binary;
}

function checkMachine() {
  const { version } = JSON.parse(readFileSync(join(MEDIASOUP, 'package.json'), 'utf8'));
  if (version !== MEDIASOUP_VERSION) {
    throw new Error(`the worker's recipe is for mediasoup ${MEDIASOUP_VERSION}, not ${version}`);
  }
  if (process.platform === 'linux' && isCommand('apt-get') && isCommand('dpkg-query')) return;
  throw new SetupError(
    'No media worker: it could not be downloaded from github.com, and Sotto can build it only\n' +
      'on Debian and its relatives. Any of these helps:\n' +
      '  - let this machine reach github.com, and start again\n' +
      `  - let mediasoup build it (Python 3 with pip, a C++20 compiler, and the network):\n` +
      `      cd ${MEDIASOUP} && node npm-scripts.mjs worker:build\n` +
      `  - set MEDIASOUP_WORKER_BIN to a worker of mediasoup ${MEDIASOUP_VERSION}`,
  );
}

/** @param {string} binary appears complete and proven, or not at all */
async function buildInto(binary) {
  removeLeftovers(binary);
  const workDir = mkdtempSync(`${binary}.build-`);
  const remove = () => removeFolder(workDir);
  const forget = onInterrupt(remove);
  try {
    const built = await withProgress('building the media worker', (update) =>
      compile(workDir, update),
    );
    await prove(built);
    copyFileSync(built, join(workDir, 'done'));
    renameSync(join(workDir, 'done'), binary);
  } finally {
    forget();
    remove();
  }
}

/** @param {string} binary what was killed while it built it left its folder behind */
function removeLeftovers(binary) {
  const folder = dirname(binary);
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`${basename(binary)}.build-`)) removeFolder(join(folder, name));
  }
}

/** @param {string} folder retried while compilers that were told to end still write into it */
function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
}

/**
 * @param {string} workDir
 * @param {(detail: string) => void} update
 * @returns {Promise<string>} the binary
 */
async function compile(workDir, update) {
  update('fetching sources');
  const { libsrtp, meson, env } = await fetchFromArchive(workDir);
  const tree = join(workDir, 'worker');
  layOut({ mediasoup: MEDIASOUP, libsrtp, target: tree });

  update('configuring');
  const [mesonCommand, ...mesonArgs] = [...meson, 'setup', ...MESON_ARGS, 'out'];
  const configured = await run(mesonCommand, mesonArgs, { cwd: tree, env });
  if (!configured.ok) throw new SetupError(`meson failed:\n${configured.tail}`);

  const cores = os.availableParallelism?.() ?? os.cpus().length; // Node 18.0 has not the former
  const jobs = Math.max(1, Math.min(cores, Math.floor(os.totalmem() / BYTES_PER_JOB)));
  const compiled = await run('ninja', ['-C', 'out', '-j', `${jobs}`, TARGET], {
    cwd: tree,
    env: { ...env, NINJA_STATUS: '[%f/%t] ' },
    onLine: (line) => {
      const steps = /^\[(\d+\/\d+)\]/.exec(line)?.[1];
      if (steps) update(steps);
    },
  });
  if (!compiled.ok) throw new SetupError(`the worker did not compile:\n${compiled.tail}`);
  return join(tree, 'out', TARGET);
}

/** @param {string} binary */
async function prove(binary) {
  const { ok, tail } = await run(findNode(), [PROVE, binary], { timeoutMs: 30_000 });
  if (!ok) throw new SetupError(`the worker that was built does not work:\n${tail}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await buildWorker());
