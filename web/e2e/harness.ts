// What the tests in browsers need: the real server in a process of its own, and a Chromium and a
// Firefox whose cameras and microphones are made up.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer, { type Browser, type LaunchOptions } from 'puppeteer';
import { freePort } from '../../sfu-worker/test/support/free-port.ts';
import { until } from './until.ts';
import { workerBin } from './worker-bin.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SERVER = path.join(ROOT, 'signaling/src/main.ts');
const PAGE = path.join(ROOT, 'web/dist/index.html');

export interface TestServer {
  readonly url: string;
  /** Kills its media workers, as a crash would. */
  killWorkers(): void;
  /** kill -9; its workers end with it. */
  crash(): Promise<void>;
  /** Ends it and starts it anew, with the same secret at the same address. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
};

const childrenOf = (pid: number): readonly number[] =>
  globSync(`/proc/${pid}/task/*/children`).flatMap((file) =>
    readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number),
  );

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
};

/** As README.md has them. */
type Settings = Readonly<Record<string, string>>;

/** A process that answers `/readyz`. */
const run = async (port: number, dataDir: string, settings: Settings): Promise<ChildProcess> => {
  const bin = workerBin();
  const child = spawn(process.execPath, [SERVER], {
    env: {
      ...process.env,
      NODE_ENV: 'test',
      PORT: String(port),
      HOST: '127.0.0.1',
      RTC_PORT_BASE: '0',
      MEDIA_WORKERS: '2',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      ...(bin === undefined ? {} : { MEDIASOUP_WORKER_BIN: bin }),
      ...settings,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await until(
    'the server is ready',
    async () => child.exitCode !== null || (await isReady(`http://127.0.0.1:${port}`)),
    (isOver) => isOver,
  );
  if (child.exitCode !== null) throw new Error('the server did not start; it says why above');
  return child;
};

export const startServer = async (settings: Settings = {}): Promise<TestServer> => {
  if (!existsSync(PAGE)) throw new Error('the page is not built: run `node web/build.mjs`');
  const dataDir = await mkdtemp(path.join(tmpdir(), 'sotto-e2e-'));
  const port = await freePort();
  let child = await run(port, dataDir, settings);
  return {
    // A secure context without a certificate: devices are to be had.
    url: `http://localhost:${port}`,
    killWorkers: () => {
      for (const pid of childrenOf(child.pid ?? 0)) process.kill(pid, 'SIGKILL');
    },
    crash: () => end(child, 'SIGKILL'),
    restart: async () => {
      await end(child, 'SIGTERM');
      child = await run(port, dataDir, settings);
    },
    close: async () => {
      await end(child, 'SIGTERM');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

// For a vitest that runs by itself; `npm test` knows more places, and installs what is missing.
const CHROMIUMS = ['/usr/bin/chromium', '/usr/bin/google-chrome'];
const FIREFOXES = ['/usr/lib/firefox-esr/firefox-esr', '/usr/lib/firefox/firefox'];

/** Undefined: puppeteer has one of its own, or none. */
export const findChromium = (): string | undefined =>
  process.env['PUPPETEER_EXECUTABLE_PATH'] ?? CHROMIUMS.find((file) => existsSync(file));

/** `args`: besides those that all tests need. */
export const launchBrowser = ({ args = [], ...options }: LaunchOptions = {}): Promise<Browser> => {
  const found = findChromium();
  return puppeteer.launch({
    ...(found === undefined ? {} : { executablePath: found }),
    headless: true,
    ...options,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // A host whose pages browsers do not trust without TLS, unlike localhost.
      '--host-resolver-rules=MAP sotto.test 127.0.0.1',
      // A tab to share, and a camera and a microphone with moving pictures and beeps.
      '--use-fake-device-for-media-stream=display-media-type=browser',
      '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      ...args,
    ],
  });
};

/** Puppeteer drives it by WebDriver BiDi. */
export const launchFirefox = (): Promise<Browser> => {
  const found = process.env['SOTTO_FIREFOX'] ?? FIREFOXES.find((file) => existsSync(file));
  if (found === undefined) throw new Error('there is no Firefox: `npm test` brings one');
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: found,
    headless: true,
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      // Without a sound card its AudioContext never runs: neither the page's meter nor the tests'.
      'media.cubeb.force_mock_context': true,
      'media.autoplay.default': 0,
      // The server listens on localhost.
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
    },
  });
};
