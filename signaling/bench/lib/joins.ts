// How many people come in a second, and what their coming costs the store.
import type { ScriptCluster } from '../../test/support/script-cluster.ts';
import type { Report } from '../../test/support/script-report.ts';
import { inTurns } from './contestant.ts';
import { come, newRoom, newToken } from './sotto.ts';

export interface Joins {
  readonly perSecond: number;
  readonly appendsPerJoin: number;
  /** Lost to somebody who was faster, and done again. */
  readonly conflictsPerJoin: number;
}

const SECOND_MS = 1_000;

/** Who comes at the same moment; the others wait for their turn. */
const AT_ONCE = 50;

const total = (reports: readonly Report[], name: string): number =>
  reports.reduce((sum, { figures }) => sum + (figures[name] ?? 0), 0);

const APPENDED = 'sotto_appends_total{result="appended"}';
const LOST = 'sotto_appends_total{result="lost"}';

/** So many people come to so many rooms, in turn; sockets opened, joined, all counted. */
export const measureJoins = async (
  cluster: ScriptCluster,
  { people, rooms }: { readonly people: number; readonly rooms: number },
): Promise<Joins> => {
  const reports = () => Promise.all(cluster.nodes.map((node) => node.report()));
  const roomIds = await inTurns(rooms, () => newRoom(cluster));
  const tokens = await inTurns(people, (index) => newToken(cluster, roomIds[index % rooms] ?? ''));
  const before = await reports();
  const startMs = performance.now();
  const clients = await inTurns(
    people,
    (index) => come(cluster, tokens[index] ?? '', index),
    AT_ONCE,
  );
  const seconds = (performance.now() - startMs) / SECOND_MS;
  const after = await reports();
  for (const client of clients) client.end();
  const more = (name: string): number => total(after, name) - total(before, name);
  return {
    perSecond: people / seconds,
    appendsPerJoin: more(APPENDED) / people,
    conflictsPerJoin: more(LOST) / people,
  };
};
