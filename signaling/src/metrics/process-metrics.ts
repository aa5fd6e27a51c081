// The figures of a signaling process, and of its media workers where they are its own: gathered from before
// the first worker on, told while it serves. Without a METRICS_PORT there are none.
import { createMediaMetrics, type MediaMetrics } from '@sotto/sfu-worker/metrics';
import {
  createRegistry,
  listenForMetrics,
  type MetricsListener,
} from '@sotto/sfu-worker/metrics-listener';
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import type { Config } from '../config.ts';
import { createMetrics, type Metrics } from './metrics.ts';

type Settings = Pick<Config, 'METRICS_PORT' | 'METRICS_HOST' | 'MEDIA_URL'>;
type Log = Parameters<typeof listenForMetrics>[0]['log'];

export interface ProcessMetrics {
  /** For the app. */
  readonly app?: Metrics;
  /** Of the media node in this process, if any. */
  watchMedia(node: Pick<MediaNode, 'load'>): void;
  /** Rejects when it cannot listen. */
  serve(log: Log): Promise<void>;
  close(): Promise<void>;
}

const NONE: ProcessMetrics = {
  watchMedia: () => undefined,
  serve: async () => undefined,
  close: async () => undefined,
};

export const createProcessMetrics = (settings: Settings): ProcessMetrics => {
  const { METRICS_PORT: port, METRICS_HOST: host, MEDIA_URL } = settings;
  if (port === undefined) return NONE;
  const registry = createRegistry();
  const media: MediaMetrics | null = MEDIA_URL.length > 0 ? null : createMediaMetrics(registry);
  let listener: MetricsListener | undefined;
  return {
    app: createMetrics(registry),
    watchMedia: (node) => media?.watch(node),
    serve: async (log) => {
      listener = await listenForMetrics({ registry, host, port, log });
    },
    close: async () => {
      media?.close();
      await listener?.close();
    },
  };
};
