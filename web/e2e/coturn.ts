// A real coturn for tests, with ports and a log of its own and the configuration that turn/ makes;
// and names and passwords for it.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { makeCertificate } from '../../turn/certificate.mjs';
import { renderConfiguration } from '../../turn/configuration.mjs';
import { until } from './until.ts';

/** For a vitest that runs by itself; `npm test` names it, and installs it where it is missing. */
const USUAL_PLACES = ['/usr/bin/turnserver', '/usr/local/bin/turnserver'];

/** Undefined where there is none. */
export const findCoturn = (): string | undefined =>
  process.env['SOTTO_TURNSERVER'] ?? USUAL_PLACES.find((file) => existsSync(file));

export const TURN_TRANSPORTS = ['udp', 'tcp', 'tls'] as const;
export type TurnTransport = (typeof TURN_TRANSPORTS)[number];

export interface Coturn {
  readonly address: string;
  readonly port: number;
  /** Shared with Sotto. */
  readonly secret: string;
  /** As `TURN_URLS` takes them. */
  urls(...transports: readonly TurnTransport[]): string;
  /** Of its certificate, for `trustKeys`. */
  readonly keyHash: string;
  /** All that it has written. */
  readonly logLines: readonly string[];
  /** That many lines match, of those written before and those yet to come. */
  logs(pattern: RegExp, times?: number): Promise<void>;
  close(): Promise<void>;
}

export interface CoturnOptions {
  /** IPv4: where it listens, relays from, and is reached. */
  readonly address?: string;
  /** Else any that are free. */
  readonly ports?: { readonly plain: number; readonly tls: number };
  /** Besides those that it needs to run here. */
  readonly settings?: NodeJS.ProcessEnv;
  /** Put before the command, as `ip netns exec NAME`. */
  readonly prefix?: readonly string[];
  /** False: peers are allowed and denied as in production. */
  readonly allowLoopbackPeers?: boolean;
}

/** What makes a Chromium believe certificates of these keys, of pages and of TURN servers. */
export const trustKeys = (...keyHashes: readonly string[]): string[] => [
  `--ignore-certificate-errors-spki-list=${keyHashes.join(',')}`,
];

/** A pair for coturn's `use-auth-secret`, made apart from Sotto's own code. */
export const credentialsFor = (secret: string, user: string, expiresInSeconds: number) => {
  const username = `${Math.floor(Date.now() / 1000) + expiresInSeconds}:${user}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
};

/** Free for UDP; coturn takes the TCP port of the same number, which is as good as always free. */
const freePort = async (address: string): Promise<number> => {
  const probe = createSocket('udp4').bind(0, address);
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
};

export const startCoturn = async ({
  address = '127.0.0.1',
  ports,
  settings = {},
  prefix = [],
  allowLoopbackPeers = true,
}: CoturnOptions = {}): Promise<Coturn> => {
  const bin = findCoturn();
  if (bin === undefined) throw new Error('there is no coturn: `npm test` brings one');
  const folder = await mkdtemp(path.join(tmpdir(), 'sotto-coturn-'));
  const { certFile, keyFile, keyHash } = makeCertificate(folder, [address]);
  const port = ports?.plain ?? (await freePort(address));
  const tlsPort = ports?.tls ?? (await freePort(address));
  const secret = randomBytes(24).toString('hex');
  const text = renderConfiguration(
    {
      TURN_SECRET: secret,
      TURN_REALM: 'turn.sotto.test',
      TURN_LISTEN: address,
      TURN_RELAY_ADDRESSES: address,
      TURN_PORT: String(port),
      TURN_TLS_PORT: String(tlsPort),
      TURN_CERT_FILE: certFile,
      TURN_KEY_FILE: keyFile,
      TURN_LOG: 'stdout',
      TURN_STATE_DIR: folder,
      ...settings,
    },
    { allowLoopbackPeers, isVerbose: true },
  );
  const configuration = path.join(folder, 'turnserver.conf');
  await writeFile(configuration, text, { mode: 0o600 });

  const [command, ...args] = [...prefix, bin, '-c', configuration];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const logLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => void logLines.push(line));
  }
  const logs = async (pattern: RegExp, times = 1): Promise<void> => {
    await until(
      `coturn logs ${String(pattern)} ${times} times`,
      async () => logLines.filter((line) => pattern.test(line)).length,
      (count) => count >= times,
    );
  };
  const says = (text: string) => logLines.some((line) => line.includes(text));
  const listens = () =>
    says(`UDP listener opened on: ${address}:${port}`) &&
    [port, tlsPort].every((at) => says(`TLS/TCP listener opened on : ${address}:${at}`));
  await until(
    'coturn listens',
    async () => child.exitCode !== null || listens(),
    (isOver) => isOver,
  );
  if (child.exitCode !== null) throw new Error(`coturn did not start:\n${logLines.join('\n')}`);

  const urlOf = (transport: TurnTransport): string =>
    transport === 'tls'
      ? `turns:${address}:${tlsPort}?transport=tcp`
      : `turn:${address}:${port}?transport=${transport}`;
  return {
    address,
    port,
    secret,
    urls: (...transports) => transports.map(urlOf).join(','),
    keyHash,
    logLines,
    logs,
    close: async () => {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
