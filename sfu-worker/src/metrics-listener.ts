// `/metrics` on a listener of its own, never on the port that the public reaches: for Prometheus, in its
// text format. Signaling and media processes both open one, each with its own figures.
import { collectDefaultMetrics, Registry } from '@prometheus-io/client';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { MediaLog } from './media-log.ts';

/**
 * Their names say another kind than theirs, or their own, as names must not; what the first three tell is
 * in `nodejs_active_*`, by kind.
 */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_eventloop_utilization_histogram',
  'nodejs_eventloop_utilization_summary',
];

/** With the process itself in it: CPU, memory, event-loop delay, garbage collection. */
export const createRegistry = (): Registry => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return registry;
};

export interface MetricsListenerOptions {
  readonly registry: Registry;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly log: Pick<MediaLog, 'error'>;
}

export interface MetricsListener {
  readonly port: number;
  /** Cuts off who is reading. */
  close(): Promise<void>;
}

/** Rejects when it cannot listen. */
export const listenForMetrics = async (
  options: MetricsListenerOptions,
): Promise<MetricsListener> => {
  const { registry, host, port, log } = options;
  const server = createServer((request, response) => {
    answer(registry, request, response).catch((error: unknown) => {
      log.error({ error: String(error) }, 'metrics failed');
      end(response, 500);
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: address === null || typeof address === 'string' ? port : address.port,
    close: async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

const end = (response: ServerResponse, status: number): void => {
  if (response.headersSent) response.destroy();
  else response.writeHead(status).end();
};

const answer = async (
  registry: Registry,
  { method, url }: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (url !== '/metrics') {
    end(response, 404);
  } else if (method === 'GET') {
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType }).end(text);
  } else {
    end(response, 405);
  }
};
