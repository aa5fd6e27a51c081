// The figures of a media node's process: gathered from before its first worker on, told while it serves.
// Without a METRICS_PORT there are none.
import type { MediaLog } from './media-log.ts';
import { createMediaMetrics } from './metrics.ts';
import { createRegistry, listenForMetrics, type MetricsListener } from './metrics-listener.ts';
import type { MediaNode } from './protocol.ts';

export interface MetricsSettings {
  readonly METRICS_PORT?: number | undefined;
  readonly METRICS_HOST: string;
}

export interface ProcessMetrics {
  /** Listens. Rejects when it cannot. */
  serve(node: Pick<MediaNode, 'load'>, log: Pick<MediaLog, 'error'>): Promise<void>;
  close(): Promise<void>;
}

export const createProcessMetrics = ({
  METRICS_PORT: port,
  METRICS_HOST: host,
}: MetricsSettings): ProcessMetrics => {
  if (port === undefined) return { serve: async () => undefined, close: async () => undefined };
  const registry = createRegistry();
  const figures = createMediaMetrics(registry);
  let listener: MetricsListener | undefined;
  return {
    serve: async (node, log) => {
      figures.watch(node);
      listener = await listenForMetrics({ registry, host, port, log });
    },
    close: async () => {
      figures.close();
      await listener?.close();
    },
  };
};
