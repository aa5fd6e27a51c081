// What this process's workers, transports and producers have carried and used so far, for metrics.ts. A
// look costs each worker one question for itself, each of its transports and each of its producers, and
// none for its consumers, of which there are most. Of one that closed, what came after the last look is
// missing.
import { observer, type types } from 'mediasoup';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import { isGone } from './media-errors.ts';

/** A worker that does not answer must not keep anybody from the figures of all others. */
const LOOK_TIMEOUT_MS = 1_500;

/** Asked in one go. More: a worker is busy with answers for longer while packets wait. */
const ASKED_AT_ONCE = 32;

/** What a transport says of itself; of the kinds that there are all say this. */
const TransportFigures = z.array(z.object({ bytesReceived: z.number(), bytesSent: z.number() }));

const FIGURES = [
  'receivedBytes',
  'sentBytes',
  'pipedBytes',
  'receivedPackets',
  'lostPackets',
  'cpuMs',
] as const;
type Figure = (typeof FIGURES)[number];
export type Tally = Readonly<Record<Figure, number>>;

export interface MediaTally {
  /** Never falls, whatever closes or dies. Without what a worker that hangs has not said in time. */
  look(): Promise<Tally>;
  countTransports(): number;
  countDeaths(): number;
  close(): void;
}

type Ask = () => Promise<Partial<Tally>>;

/** Something that counts from zero while it lives. */
interface Source {
  readonly ask: Ask;
  last: Partial<Tally>;
}

/** All that one worker can be asked, itself first. */
interface Lane {
  readonly sources: Set<Source>;
  looking: Promise<void> | undefined;
}

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

/** Between workers; to no client and from none. */
const isPipe = ({ type }: types.Transport): boolean => type === 'pipe';

const askWorker = async (worker: types.Worker): Promise<Partial<Tally>> => {
  const { ru_utime: userMs, ru_stime: systemMs } = await worker.getResourceUsage();
  return { cpuMs: userMs + systemMs };
};

const askTransport = async (transport: types.Transport): Promise<Partial<Tally>> => {
  const stats = TransportFigures.parse(await transport.getStats());
  const sentBytes = sum(stats.map(({ bytesSent }) => bytesSent));
  // What is sent into a pipe comes out at its other end.
  if (isPipe(transport)) return { pipedBytes: sentBytes };
  return { receivedBytes: sum(stats.map(({ bytesReceived }) => bytesReceived)), sentBytes };
};

const askProducer = async (producer: types.Producer): Promise<Partial<Tally>> => {
  const stats = await producer.getStats();
  return {
    receivedPackets: sum(stats.map(({ packetCount }) => packetCount)),
    lostPackets: sum(stats.map(({ packetsLost }) => Math.max(0, packetsLost))),
  };
};

/** To be made before the workers: mediasoup tells of each as it is made, and of what is made in it. */
export const createMediaTally = (): MediaTally => {
  const lanes = new Set<Lane>();
  const totals: Record<Figure, number> = {
    receivedBytes: 0,
    sentBytes: 0,
    pipedBytes: 0,
    receivedPackets: 0,
    lostPackets: 0,
    cpuMs: 0,
  };
  let transports = 0;
  let deaths = 0;

  const lookAt = async (source: Source): Promise<void> => {
    try {
      const now = await source.ask();
      // A stream that began anew is no way back.
      for (const figure of FIGURES) {
        totals[figure] += Math.max(0, (now[figure] ?? 0) - (source.last[figure] ?? 0));
      }
      source.last = now;
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  };

  const lookAlong = async ({ sources }: Lane): Promise<void> => {
    const asked = [...sources];
    for (let from = 0; from < asked.length; from += ASKED_AT_ONCE) {
      await Promise.all(asked.slice(from, from + ASKED_AT_ONCE).map(lookAt));
    }
  };

  /** One that still looks is not asked again. */
  const lookOnce = (lane: Lane): Promise<void> => {
    lane.looking ??= lookAlong(lane).finally(() => {
      lane.looking = undefined;
    });
    return lane.looking;
  };

  const onTransport = (lane: Lane, transport: types.Transport): void => {
    add(lane, () => askTransport(transport), transport.observer);
    if (isPipe(transport)) return;
    transports += 1;
    transport.observer.once('close', () => {
      transports -= 1;
    });
    transport.observer.on('newproducer', (producer) => {
      add(lane, () => askProducer(producer), producer.observer);
    });
  };
  const onWorker = (worker: types.Worker): void => {
    const lane: Lane = { sources: new Set(), looking: undefined };
    lanes.add(lane);
    worker.observer.once('close', () => lanes.delete(lane));
    worker.once('died', () => {
      deaths += 1;
    });
    add(lane, () => askWorker(worker), worker.observer);
    worker.observer.on('newrouter', (router) => {
      router.observer.on('newtransport', (transport) => onTransport(lane, transport));
    });
  };
  observer.on('newworker', onWorker);

  return {
    look: async () => {
      const timeout = new AbortController();
      const inTime = delay(LOOK_TIMEOUT_MS, undefined, {
        signal: timeout.signal,
        ref: false,
      }).catch(() => undefined);
      await Promise.race([Promise.all([...lanes].map(lookOnce)), inTime]);
      timeout.abort();
      return { ...totals };
    },
    countTransports: () => transports,
    countDeaths: () => deaths,
    close: () => void observer.off('newworker', onWorker),
  };
};

const add = (
  { sources }: Lane,
  ask: Ask,
  closing: { once(event: 'close', gone: () => void): unknown },
): void => {
  const source: Source = { ask, last: {} };
  sources.add(source);
  closing.once('close', () => sources.delete(source));
};
