// The figures of one media node, by Prometheus' naming (signaling/METRICS.md lists them). Labels carry
// the number of a worker and nothing else: no room and no person.
import { Counter, Gauge, type Registry } from '@prometheus-io/client';
import { createMediaTally, type Tally } from './media-tally.ts';
import type { MediaNode } from './protocol.ts';

const SECOND_MS = 1_000;

/** Longer than one scrape takes, shorter than the way to the next: several who ask share a look. */
const LOOK_EVERY_MS = 2_000;

export interface MediaMetrics {
  /** Once, by the node that the figures are of. */
  watch(node: Pick<MediaNode, 'load'>): void;
  close(): void;
}

/** A counter whose figure is kept elsewhere and never falls. */
const counterOf = (
  registry: Registry,
  name: string,
  help: string,
  look: () => number | Promise<number>,
): Counter => {
  let told = 0;
  return new Counter({
    name,
    help,
    registers: [registry],
    async collect() {
      const now = await look();
      this.inc(Math.max(0, now - told));
      told = Math.max(told, now);
    },
  });
};

/** To be made before the node, whose workers it counts from their start. */
export const createMediaMetrics = (registry: Registry): MediaMetrics => {
  const tally = createMediaTally();
  let looked: { readonly atMs: number; readonly tally: Promise<Tally> } | undefined;
  const look = (): Promise<Tally> => {
    if (looked === undefined || performance.now() - looked.atMs > LOOK_EVERY_MS) {
      looked = { atMs: performance.now(), tally: tally.look() };
    }
    return looked.tally;
  };
  const tallied = (name: string, help: string, figure: keyof Tally, unit = 1): Counter =>
    counterOf(registry, name, help, async () => (await look())[figure] / unit);

  tallied(
    'sotto_media_received_bytes_total',
    'Bytes that transports received, as far as they were looked at before they closed.',
    'receivedBytes',
  );
  tallied(
    'sotto_media_sent_bytes_total',
    'Bytes that transports sent, as far as they were looked at before they closed.',
    'sentBytes',
  );
  tallied(
    'sotto_media_piped_bytes_total',
    'Bytes from one worker to another, for rooms that are on several.',
    'pipedBytes',
  );
  tallied(
    'sotto_media_received_packets_total',
    'RTP packets that producers received.',
    'receivedPackets',
  );
  tallied(
    'sotto_media_lost_packets_total',
    'RTP packets that never came to their producer.',
    'lostPackets',
  );
  tallied(
    'sotto_media_worker_cpu_seconds_total',
    'CPU time of all workers, user and system.',
    'cpuMs',
    SECOND_MS,
  );
  counterOf(
    registry,
    'sotto_media_worker_deaths_total',
    'Workers whose process ended by itself, or hung and was killed.',
    () => tally.countDeaths(),
  );
  const transports: Gauge = new Gauge({
    name: 'sotto_media_transports',
    help: 'WebRTC transports open now.',
    registers: [registry],
    collect: () => transports.set(tally.countTransports()),
  });

  return { watch: (node) => watchLoad(registry, node), close: () => tally.close() };
};

const watchLoad = (registry: Registry, { load }: Pick<MediaNode, 'load'>): void => {
  const gauge = (
    name: string,
    help: string,
    look: (at: ReturnType<typeof load>[number]) => number,
  ) => {
    const made = new Gauge({
      name,
      help,
      labelNames: ['worker'],
      registers: [registry],
      collect: () => {
        for (const at of load()) made.set({ worker: at.worker }, look(at));
      },
    });
  };
  gauge('sotto_media_worker_up', 'Whether the worker runs: 1 or 0.', ({ alive }) =>
    alive ? 1 : 0,
  );
  gauge(
    'sotto_media_worker_draining',
    'Whether the worker takes no new rooms: 1 or 0.',
    ({ draining }) => (draining ? 1 : 0),
  );
  gauge(
    'sotto_media_worker_cpu_ratio',
    'Share of one core that the worker used of late.',
    ({ cpu }) => cpu,
  );
  gauge('sotto_media_rooms', 'Rooms on the worker.', ({ rooms }) => rooms);
};
