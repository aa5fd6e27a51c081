// What the servers of a cluster hold, added up over its nodes.
import type { ScriptCluster } from '../../../signaling/test/support/script-cluster.ts';
import type { Report } from '../../../signaling/test/support/script-report.ts';

export interface Measured {
  readonly sockets: number;
  /** Each node counts those that it serves. */
  readonly rooms: number;
  readonly peers: number;
  /** Of rooms, in Redis. */
  readonly keys: number;
  readonly storeErrors: number;
  /** Requests that failed by a fault of ours. */
  readonly faults: number;
  /** Of both nodes, after a collection. */
  readonly heapBytes: number;
  readonly residentBytes: number;
}

/** Over all labels. */
const sumOf = (reports: readonly Report[], name: string, having = ''): number =>
  reports
    .flatMap(({ figures }) => Object.entries(figures))
    .filter(([key]) => (key === name || key.startsWith(`${name}{`)) && key.includes(having))
    .reduce((sum, [, value]) => sum + value, 0);

export const measure = async (cluster: ScriptCluster): Promise<Measured> => {
  const reports = await Promise.all(cluster.nodes.map((node) => node.report()));
  return {
    sockets: sumOf(reports, 'sotto_sockets'),
    rooms: sumOf(reports, 'sotto_rooms'),
    peers: sumOf(reports, 'sotto_peers'),
    keys: await cluster.countKeys(),
    storeErrors: sumOf(reports, 'sotto_store_call_errors_total'),
    faults: sumOf(reports, 'sotto_requests_total', 'result="internal"'),
    heapBytes: reports.reduce((sum, { heapBytes }) => sum + heapBytes, 0),
    residentBytes: reports.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
  };
};

export const meanOf = (taken: readonly Measured[], figure: keyof Measured): number =>
  taken.map((one) => one[figure]).reduce((sum, value) => sum + value, 0) / taken.length;
