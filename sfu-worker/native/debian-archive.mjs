// Fetches from Debian's archive what the installed system lacks: libsrtp's source, and meson where
// the system's is too old. apt checks the signatures; its lists and cache are in a folder of ours,
// so that this needs no root and leaves the system's sources as they are.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../scripts/lib/run.mjs';
import { SetupError } from '../../scripts/lib/setup-error.mjs';
import { ARCHIVE } from './recipe.mjs';

/**
 * @param {string} workDir
 * @returns {Promise<{libsrtp: string, meson: string[], env: NodeJS.ProcessEnv}>} libsrtp: its
 *   source folder; meson: the command that runs it, in `env`
 */
export async function fetchFromArchive(workDir) {
  const dir = join(workDir, 'archive');
  const needsMeson = !hasMeson();
  const env = { ...process.env, APT_CONFIG: configure(dir, needsMeson) };
  /** @param {string} command @param {string[]} args */
  const must = async (command, ...args) => {
    const { ok, tail } = await run(command, args, { cwd: dir, env });
    if (!ok) throw new SetupError(`${command} ${args.join(' ')} failed:\n${tail}`);
  };

  await must('apt-get', 'update');
  const { source, version } = ARCHIVE.libsrtp;
  await must('apt-get', 'source', '--download-only', source);
  await must('tar', 'xzf', `${source}_${version}.orig.tar.gz`);
  const libsrtp = join(dir, 'libsrtp');
  renameSync(join(dir, `libsrtp-${version}`), libsrtp);
  if (!needsMeson) return { libsrtp, meson: ['meson'], env: process.env };

  await must('apt-get', 'download', 'meson');
  const deb = readdirSync(dir).find((name) => name.startsWith('meson_'));
  if (!deb) throw new Error('apt-get download left no package of meson');
  await must('dpkg-deb', '-x', deb, 'meson');
  const meson = ['python3', join(dir, 'meson/usr/bin/meson')];
  const PYTHONPATH = join(dir, 'meson/usr/lib/python3/dist-packages');
  return { libsrtp, meson, env: { ...process.env, PYTHONPATH } };
}

function hasMeson() {
  const { stdout } = spawnSync('meson', ['--version'], { encoding: 'utf8' });
  const [major = 0, minor = 0] = (stdout ?? '').split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = ARCHIVE.meson.oldest;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/**
 * @param {string} dir
 * @param {boolean} needsMeson
 * @returns {string} the path of apt's configuration
 */
function configure(dir, needsMeson) {
  for (const folder of ['lists', 'cache']) mkdirSync(join(dir, folder), { recursive: true });
  const { url, keyring, libsrtp, meson } = ARCHIVE;
  const from = `[signed-by=${keyring}] ${url}`;
  const sources = [
    `deb-src ${from} ${libsrtp.suite} main`,
    ...(needsMeson ? [`deb ${from} ${meson.suite} main`] : []),
  ];
  writeFileSync(join(dir, 'sources.list'), `${sources.join('\n')}\n`);
  const config = join(dir, 'apt.conf');
  writeFileSync(
    config,
    `Dir::Etc::SourceList "${join(dir, 'sources.list')}";
Dir::Etc::SourceParts "-";
Dir::State::Lists "${join(dir, 'lists')}";
Dir::Cache "${join(dir, 'cache')}";
Acquire::Languages "none";
APT::Sandbox::User "root";
`,
  );
  return config;
}
