// One span of forwarding: what came, what it cost the server, and how it compares with another's.
import { setTimeout as pause } from 'node:timers/promises';
import type { Row } from '../../../bench/report.ts';
import { cpuOf, since } from './cpu.ts';
import type { Count, Endpoints } from './endpoints.ts';

export interface Span extends Count {
  readonly perSecond: number;
  /** Of the server, for each packet that came. */
  readonly cpuUs: number;
  /** Of the server, in cores. */
  readonly cores: number;
  /** The server waited for a core for too long for latencies to be its own. */
  readonly isDisturbed: boolean;
}

/** Of its run time, a server's wait for a core. */
const MOST_WAIT = 1 / 3;

interface Measured {
  pids(): readonly number[];
}

export const measureSpan = async (
  server: Measured,
  endpoints: Endpoints,
  spanMs: number,
): Promise<Span> => {
  const pids = server.pids();
  await endpoints.reset();
  const sinceMs = performance.now();
  const before = await cpuOf(pids);
  await pause(spanMs);
  const { runNs, waitNs } = since(before, await cpuOf(pids));
  const count = await endpoints.count();
  const tookMs = performance.now() - sinceMs;
  return {
    ...count,
    perSecond: (count.packets / tookMs) * 1_000,
    cpuUs: runNs / 1_000 / count.packets,
    cores: runNs / 1e6 / tookMs,
    isDisturbed: waitNs > runNs * MOST_WAIT,
  };
};

/** Of one run: a machine that is too busy loses packets before a server has read them. */
const ATTEMPTS = 3;

const persist = async <T>(measure: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await measure();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      console.error('a run is done again:', error instanceof Error ? error.message : error);
    }
  }
};

/** As many runs of each, in turns: what else the machine does then disturbs all of them. */
export const inTurns = async <T>(
  runs: number,
  all: readonly (() => Promise<T>)[],
): Promise<readonly (readonly T[])[]> => {
  const results = all.map((): T[] => []);
  for (let run = 0; run < runs; run += 1) {
    for (const [index, measure] of all.entries()) results[index]?.push(await persist(measure));
  }
  return results;
};

export interface Contestant {
  readonly name: string;
  readonly spans: readonly Span[];
}

export const ratios = (ones: readonly number[], others: readonly number[]): readonly number[] =>
  ones.map((one, run) => one / (others[run] ?? Number.NaN));

const cpusOf = ({ spans }: Contestant): readonly number[] => spans.map(({ cpuUs }) => cpuUs);

/** Of runs that were not disturbed: how late packets came. No row where there is no such run. */
export const latencyRows = (
  what: string,
  spans: readonly Span[],
  way: 'direct' | 'piped' = 'direct',
): readonly Row[] => {
  const counted = spans.filter(({ isDisturbed }) => !isDisturbed).map((span) => span[way]);
  if (counted.length === 0) return [];
  return [
    { what: `${what}, p50`, unit: 'ms', values: counted.map(({ p50Ms }) => p50Ms) },
    { what: `${what}, p99`, unit: 'ms', values: counted.map(({ p99Ms }) => p99Ms) },
  ];
};

/** How many runs have no latency. */
export const disturbedRow = (what: string, { name, spans }: Contestant): Row => ({
  what: `${what}, runs dropped from latencies, ${name}`,
  unit: '',
  values: [spans.filter(({ isDisturbed }) => isDisturbed).length],
});

/** Of those whose streams had gaps in their sequence numbers, which a quiet machine has none of. */
const lossRows = (what: string, { name, spans }: Contestant): readonly Row[] => {
  const values = spans.map(({ lost, packets }) => (100 * lost) / (lost + packets));
  return values.every((value) => value === 0)
    ? []
    : [{ what: `${what}, lost, ${name}`, unit: '%', values }];
};

/** CPU for each packet, the first's as a ratio of the other's, and latencies. */
export const compare = (
  what: string,
  one: Contestant,
  other: Contestant,
  aim?: string,
): readonly Row[] => [
  ...[one, other].map((each) => ({
    what: `${what}, CPU for a packet, ${each.name}`,
    unit: 'µs',
    values: cpusOf(each),
  })),
  {
    what: `${what}, CPU for a packet, ${one.name} ÷ ${other.name}`,
    unit: '×',
    values: ratios(cpusOf(one), cpusOf(other)),
    ...(aim === undefined ? {} : { aim }),
  },
  ...[one, other].map((each) => ({
    what: `${what}, forwarded, ${each.name}`,
    unit: '/s',
    values: each.spans.map(({ perSecond }) => perSecond),
  })),
  ...[one, other].flatMap((each) => [
    ...latencyRows(`${what}, latency within a worker, ${each.name}`, each.spans),
    disturbedRow(what, each),
    ...lossRows(what, each),
  ]),
];
