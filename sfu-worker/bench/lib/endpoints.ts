// The process of endpoints/: media ends in C, since 30,000 packets a second are too many for Node beside a
// worker. Compiled anew for each bench with the machine's own `cc`.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { types } from 'mediasoup';
import * as z from 'zod/mini';
import type { TransportDescription } from '../../src/protocol.ts';
import type { Stream } from './streams.ts';

const SOURCES = path.join(import.meta.dirname, 'endpoints');

/** The header extension that congestion feedback is made from. */
const TRANSPORT_CC = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';

/** Its number in what comes; 0: it is not there. */
const feedbackExtension = (receives: types.RtpCapabilities | undefined): number =>
  receives?.headerExtensions?.find(({ uri }) => uri === TRANSPORT_CC)?.preferredId ?? 0;

const Hello = z.object({ fingerprint: z.string() });
const Opened = z.object({ up: z.boolean(), id: z.number() });
const Sink = z.object({ port: z.number() });
const Ways = z.object({ packets: z.number(), p50Ms: z.number(), p99Ms: z.number() });
const Count = z.object({
  /** Packets sent by all endpoints, and those that came to all of them. */
  sent: z.number(),
  packets: z.number(),
  /** After their headers: payload, and what SRTP appends. */
  payloadBytes: z.number(),
  /** Of which packets came; and what their sequence numbers say is missing. */
  streams: z.number(),
  lost: z.number(),
  /** Sent by a worker to find out about bandwidth; not in `packets`. */
  probes: z.number(),
  /** Came with a timestamp that nothing was sent with. */
  untimed: z.number(),
  /** From a sender at the same worker; and from one at another, by a pipe. Zero where there are none. */
  direct: Ways,
  piped: Ways,
});

export type Count = z.infer<typeof Count>;

/** Removed when this process exits. */
export interface Compiled {
  readonly program: string;
}

/** Rejects, for people to read, when there is no compiler or no OpenSSL to compile against. */
export const compileEndpoints = async (): Promise<Compiled> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'sotto-bench-'));
  const program = path.join(folder, 'endpoints');
  const compiler = process.env['SOTTO_CC'] ?? 'cc';
  const files = (await readdir(SOURCES)).filter((name) => name.endsWith('.c'));
  const sources = files.map((name) => path.join(SOURCES, name));
  const args = ['-O2', '-std=gnu17', '-o', program, ...sources, '-lssl', '-lcrypto'];
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  try {
    await promisify(execFile)(compiler, args);
  } catch (error) {
    throw new Error(
      'The media bench needs Linux, a C compiler and the headers of OpenSSL 3 ' +
        `(Debian: gcc libc6-dev libssl-dev). ${compiler} says:\n${String(error)}`,
      { cause: error },
    );
  }
  return { program };
};

export interface Endpoints {
  readonly pid: number;
  readonly dtlsParameters: types.DtlsParameters;
  /** Gives the endpoint's number, once ICE and DTLS are up. */
  connect(transport: TransportDescription, receives?: types.RtpCapabilities): Promise<number>;
  /** For plain RTP to this port of this machine. */
  plain(port: number): Promise<number>;
  /** The port of a sink for what comes from anywhere. */
  sink(): Promise<number>;
  /** `source`: streams of one source are layers of one camera. */
  send(endpoint: number, source: number, stream: Stream): Promise<void>;
  start(): Promise<void>;
  /** Counts anew from now on. */
  reset(): Promise<void>;
  /** Since the last reset. */
  count(): Promise<Count>;
  close(): Promise<void>;
}

const up = (answer: unknown): number => {
  const opened = Opened.parse(answer);
  if (!opened.up) throw new Error('an endpoint could not be connected');
  return opened.id;
};

export const startEndpoints = async ({ program }: Compiled): Promise<Endpoints> => {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<unknown> => {
    const { done, value } = await lines.next();
    if (done === true) throw new Error('the process of the endpoints has ended');
    return JSON.parse(value);
  };
  const { fingerprint } = Hello.parse(await read());
  let last: Promise<unknown> = Promise.resolve();
  /** Answers come in the order of the commands. */
  const ask = (command: string): Promise<unknown> => {
    const asked = last.then(() => {
      child.stdin.write(`${command}\n`);
      return read();
    });
    last = asked.catch(() => undefined);
    return asked;
  };
  return {
    pid: child.pid ?? 0,
    dtlsParameters: {
      role: 'client',
      fingerprints: [{ algorithm: 'sha-256', value: fingerprint }],
    },
    connect: async ({ iceParameters, iceCandidates }, receives) => {
      const candidate = iceCandidates.find(({ protocol }) => protocol === 'udp');
      if (candidate === undefined) throw new Error('no way by UDP');
      const { usernameFragment, password } = iceParameters;
      const where = `${candidate.address} ${candidate.port} ${usernameFragment} ${password}`;
      return up(await ask(`webrtc ${where} ${feedbackExtension(receives)}`));
    },
    plain: async (port) => up(await ask(`plain 127.0.0.1 ${port}`)),
    sink: async () => Sink.parse(await ask('sink')).port,
    send: async (endpoint, source, { kind, ssrc, payloadType, perSecond, packets, bytes }) => {
      const what = `${kind[0]} ${ssrc} ${payloadType} ${perSecond} ${packets} ${bytes}`;
      await ask(`stream ${endpoint} ${source} ${what}`);
    },
    start: async () => void (await ask('start')),
    reset: async () => void (await ask('reset')),
    count: async () => Count.parse(await ask('report')),
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
};
