// The figures of one signaling process, by Prometheus' naming (METRICS.md lists them). Every label's values
// are from a closed set: no room, no person, nothing that a client wrote.
import { Counter, Gauge, Histogram, type Registry } from '@prometheus-io/client';
import { CLOSE, isMethod } from '../protocol/index.ts';
import type { Observer } from './observer.ts';

/** What is looked up when somebody asks for the figures. */
export interface Sources {
  /** Rooms with a socket here, and the people who hold those sockets. */
  readonly countRooms: () => { readonly rooms: number; readonly peers: number };
  readonly isStoreAnswering: () => boolean;
  /** Whether each media node that there is is connected, in order. */
  readonly mediaNodes: () => readonly boolean[];
}

export interface Metrics {
  readonly observer: Observer;
  /** Once, by the app that the figures are of. */
  watch(sources: Sources): void;
}

/** From half a millisecond in memory to the ten seconds that a media node may take. */
const DURATION_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10];

/** RFC 6455 §7.4.1: what sockets close with by themselves. */
const PLAIN_CLOSES: readonly (readonly [number, string])[] = [
  [1000, 'normal'],
  [1005, 'normal'],
  [1006, 'lost'],
];

const CLOSE_NAMES: ReadonlyMap<number, string> = new Map([
  ...PLAIN_CLOSES,
  ...Object.entries(CLOSE).map(([name, code]) => [code, name] as const),
]);

const methodLabel = (method: string): string => (isMethod(method) ? method : 'unknown');

const SECOND_MS = 1_000;

export const createMetrics = (registry: Registry): Metrics => {
  const registers = [registry];
  const sockets = new Gauge({ name: 'sotto_sockets', help: 'Sockets open now.', registers });
  const socketsOpened = new Counter({
    name: 'sotto_sockets_opened_total',
    help: 'Sockets opened.',
    registers,
  });
  const socketsClosed = new Counter({
    name: 'sotto_sockets_closed_total',
    help: 'Sockets closed, by the name of their close code.',
    labelNames: ['reason'],
    registers,
  });
  const requests = new Counter({
    name: 'sotto_requests_total',
    help: 'Requests answered, by method and by ok or the code of the error.',
    labelNames: ['method', 'result'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'sotto_request_duration_seconds',
    help: 'From a request being taken up to its answer, by method.',
    labelNames: ['method'],
    buckets: DURATION_BUCKETS_S,
    registers,
  });
  const appends = new Counter({
    name: 'sotto_appends_total',
    help: 'Appends to rooms: appended, lost to somebody faster, or failed.',
    labelNames: ['result'],
    registers,
  });
  const eventLagSeconds = new Histogram({
    name: 'sotto_event_lag_seconds',
    help: 'From an append of this node to its news coming back by the store.',
    buckets: DURATION_BUCKETS_S,
    registers,
  });
  const storeSeconds = new Histogram({
    name: 'sotto_store_call_duration_seconds',
    help: 'Calls of the room store, by call; those that failed too.',
    labelNames: ['call'],
    buckets: DURATION_BUCKETS_S,
    registers,
  });
  const storeErrors = new Counter({
    name: 'sotto_store_call_errors_total',
    help: 'Calls of the room store that failed, by call.',
    labelNames: ['call'],
    registers,
  });

  return {
    observer: {
      socketOpened: () => {
        sockets.inc();
        socketsOpened.inc();
      },
      socketClosed: (code) => {
        sockets.dec();
        socketsClosed.inc({ reason: CLOSE_NAMES.get(code) ?? 'other' });
      },
      requestAnswered: (method, result, durationMs) => {
        requests.inc({ method: methodLabel(method), result });
        requestSeconds.observe({ method: methodLabel(method) }, durationMs / SECOND_MS);
      },
      requestRefused: (method) =>
        requests.inc({ method: methodLabel(method), result: 'rate-limited' }),
      appended: (result) => appends.inc({ result }),
      eventReturned: (lagMs) => eventLagSeconds.observe(lagMs / SECOND_MS),
      storeCalled: (call, isDone, durationMs) => {
        storeSeconds.observe({ call }, durationMs / SECOND_MS);
        if (!isDone) storeErrors.inc({ call });
      },
    },
    watch: (sources) => watch(registry, sources),
  };
};

/** Looked up when somebody asks for the figures. */
const lookedUp = (registry: Registry, name: string, help: string, look: () => number): Gauge =>
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(look());
    },
  });

const watch = (registry: Registry, sources: Sources): void => {
  const { countRooms, isStoreAnswering, mediaNodes } = sources;
  lookedUp(registry, 'sotto_rooms', 'Rooms with a socket on this node.', () => countRooms().rooms);
  const peersHelp = 'People in rooms by a socket on this node.';
  lookedUp(registry, 'sotto_peers', peersHelp, () => countRooms().peers);
  const storeHelp = 'Whether the store of rooms answers: 1 or 0.';
  lookedUp(registry, 'sotto_store_answering', storeHelp, () => (isStoreAnswering() ? 1 : 0));
  const connected = new Gauge({
    name: 'sotto_media_node_connected',
    help: 'Whether a media node is connected, by its place in the list: 1 or 0.',
    labelNames: ['node'],
    registers: [registry],
    collect: () => {
      // Fewer than before leave no figure behind.
      connected.reset();
      mediaNodes().forEach((isConnected, node) => connected.set({ node }, isConnected ? 1 : 0));
    },
  });
};
