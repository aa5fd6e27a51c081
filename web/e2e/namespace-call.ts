// A call whose server, TURN server and people are hosts of their own in a network of namespaces.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'puppeteer';
import { makeCertificate } from '../../turn/certificate.mjs';
import { browserScript } from './browser-script.ts';
import { type Coturn, startCoturn, trustKeys } from './coturn.ts';
import { launchBrowser } from './harness.ts';
import { watchFrames } from './in-page-frames.ts';
import { rememberConnections } from './in-page-media.ts';
import { createNetwork, type Host, type Network } from './namespace-network.ts';
import { Person } from './person.ts';
import { until } from './until.ts';
import { workerBin } from './worker-bin.ts';

const SERVER = fileURLToPath(new URL('../../signaling/src/main.ts', import.meta.url));

/** What a network that blocks must let through, or must name. */
export const PORTS = {
  https: 3000,
  firstMedia: 40_000,
  lastMedia: 40_001,
  turn: 3478,
  turns: 5349,
} as const;

const NETWORKS = { server: 1, turn: 2, ann: 10, annsOther: 11, bob: 20 } as const;

export interface Participant {
  readonly host: Host;
  readonly person: Person;
}

export interface NamespaceCall {
  readonly network: Network;
  readonly ann: Participant;
  readonly bob: Participant;
  /** Of Ann's host: not plugged in. */
  readonly annsOther: ReturnType<Host['addCable']>;
  /** Both join, see and hear each other. */
  meet(): Promise<void>;
  seeAndHear(): Promise<void>;
  close(): Promise<void>;
}

const isReady = (host: Host, url: string): boolean => {
  const script = `fetch('${url}/readyz').then(({ok}) => process.exit(ok ? 0 : 1), () => process.exit(1))`;
  const [command, ...args] = [...host.prefix, process.execPath, '-e', script];
  const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' };
  return spawnSync(command, args, { env }).status === 0;
};

const startServer = async (
  host: Host,
  folder: string,
  settings: Record<string, string>,
): Promise<{ readonly url: string; readonly child: ChildProcess }> => {
  const bin = workerBin();
  const url = `https://${host.address}:${PORTS.https}`;
  const [command, ...args] = [...host.prefix, process.execPath, SERVER];
  const child = spawn(command, args, {
    env: {
      ...process.env,
      NODE_ENV: 'test',
      HOST: '0.0.0.0',
      PORT: String(PORTS.https),
      RTC_PORT_BASE: String(PORTS.firstMedia),
      MEDIA_WORKERS: String(PORTS.lastMedia - PORTS.firstMedia + 1),
      DATA_DIR: folder,
      LOG_LEVEL: 'warn',
      ...settings,
      ...(bin === undefined ? {} : { MEDIASOUP_WORKER_BIN: bin }),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await until(
    'the server is ready',
    async () => child.exitCode !== null || isReady(host, url),
    (isOver) => isOver,
  );
  if (child.exitCode !== null) throw new Error('the server did not start; it says why above');
  return { url, child };
};

export const startNamespaceCall = async (callMode: 'sfu-only' | 'auto'): Promise<NamespaceCall> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sotto-namespaces-'));
  const network = createNetwork();
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const part of closing.splice(0).toReversed()) await part();
    network.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const serverHost = network.addHost('server', NETWORKS.server);
    const turnHost = network.addHost('turn', NETWORKS.turn);
    const annHost = network.addHost('ann', NETWORKS.ann);
    const bobHost = network.addHost('bob', NETWORKS.bob);
    const annsOther = annHost.addCable(NETWORKS.annsOther);

    const coturn: Coturn = await startCoturn({
      address: turnHost.address,
      ports: { plain: PORTS.turn, tls: PORTS.turns },
      prefix: turnHost.prefix,
    });
    closing.push(() => coturn.close());
    const { certFile, keyFile, keyHash } = makeCertificate(folder, [serverHost.address]);
    const { url, child } = await startServer(serverHost, folder, {
      TLS_CERT_FILE: certFile,
      TLS_KEY_FILE: keyFile,
      CALL_MODE: callMode,
      TURN_URLS: coturn.urls('udp', 'tcp', 'tls'),
      TURN_SECRET: coturn.secret,
    });
    closing.push(async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    });

    const arrive = async (host: Host, name: string): Promise<Participant> => {
      const browser: Browser = await launchBrowser({
        executablePath: browserScript(folder, host),
        // Its debugging port would be in the namespace.
        pipe: true,
        args: trustKeys(coturn.keyHash, keyHash),
      });
      closing.push(() => browser.close());
      const person = await Person.arrive(browser, name);
      await person.page.evaluateOnNewDocument(rememberConnections);
      return { host, person };
    };
    const ann = await arrive(annHost, 'Ann');
    const bob = await arrive(bobHost, 'Bob');

    const seeAndHear = async (): Promise<void> => {
      const [annId, bobId] = [await ann.person.peerId(), await bob.person.peerId()];
      await ann.person.seesFramesIn(ann.person.tile(bobId));
      await bob.person.seesFramesIn(bob.person.tile(annId));
      await ann.person.hears(bobId);
      await bob.person.hears(annId);
    };
    return {
      network,
      ann,
      bob,
      annsOther,
      seeAndHear,
      meet: async () => {
        const link = await ann.person.makeMeeting(url);
        await ann.person.join(link);
        await bob.person.join(link);
        await seeAndHear();
        const [annId, bobId] = [await ann.person.peerId(), await bob.person.peerId()];
        await ann.person.page.evaluate(watchFrames, ann.person.tile(bobId));
        await bob.person.page.evaluate(watchFrames, bob.person.tile(annId));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
