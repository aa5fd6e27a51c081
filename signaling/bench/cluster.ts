// npm run bench -- cluster [--json] [--quick]: Redis, a media node and two signaling nodes, each a process;
// and beside them two of a plain socket.io server with its Redis adapter on the same Redis, in turns with
// ours, so that the ratios hold where the figures do not. Client, servers and Redis share one machine.
import { report, type Row } from '../../bench/report.ts';
import { type ScriptCluster, startScriptCluster } from '../test/support/script-cluster.ts';
import type { Contestant } from './lib/contestant.ts';
import { measureFanOut, measureThroughput } from './lib/fan-out.ts';
import { idleSocketIo, idleSotto } from './lib/idle.ts';
import { type Joins, measureJoins } from './lib/joins.ts';
import { recoverFromNode, recoverFromRedis } from './lib/recovery.ts';
import { socketIoMessages, startSocketIo } from './lib/socket-io.ts';
import { sottoFacts, sottoMessages } from './lib/sotto.ts';

const isQuick = process.argv.includes('--quick');
const RUNS = isQuick ? 2 : 5;
const FAILURES = isQuick ? 1 : 3;
const IDLE_SOCKETS = isQuick ? 1_000 : 10_000;
const JOINERS = 100;
const CROWD = isQuick ? 200 : 500;
const NODES = 2;
const SIZES = [25, 100] as const;
/** Of a message to 100, each is 99 deliveries. */
const MESSAGES = { 25: 100, 100: 50 } as const;

const rows: Row[] = [];
const say = (what: string): void => {
  if (!process.argv.includes('--json')) console.log(`… ${what}`);
};

/** One after another: a bench of two things at once measures neither. */
const repeat = async <T>(count: number, run: () => Promise<T>): Promise<T[]> => {
  const results: T[] = [];
  for (let done = 0; done < count; done += 1) results.push(await run());
  return results;
};

const joinRows = async (cluster: ScriptCluster): Promise<void> => {
  for (const { where, people, rooms } of [
    { where: 'one room', people: JOINERS, rooms: 1 },
    { where: 'rooms of five', people: CROWD, rooms: CROWD / 5 },
  ]) {
    say(`${people} people join ${where}`);
    await measureJoins(cluster, { people, rooms });
    const joins = await repeat(RUNS, () => measureJoins(cluster, { people, rooms }));
    const row = (what: string, unit: string, value: (one: Joins) => number): void =>
      void rows.push({ what: `${what}, ${where}`, unit, values: joins.map(value) });
    row('joins', '/s', ({ perSecond }) => perSecond);
    row('appends for a join', '', ({ appendsPerJoin }) => appendsPerJoin);
    row('conflicts for a join', '', ({ conflictsPerJoin }) => conflictsPerJoin);
  }
};

interface Contest {
  readonly sotto: readonly number[];
  readonly facts: readonly number[];
  readonly other: readonly number[];
}

const contestRows = (what: string, unit: string, { sotto, facts, other }: Contest): void => {
  rows.push(
    { what: `${what}, message`, unit, values: sotto },
    { what: `${what}, fact of the record`, unit, values: facts },
    { what: `${what}, socket.io`, unit, values: other },
    {
      what: `${what}, message ÷ socket.io`,
      unit: '×',
      values: sotto.map((value, run) => value / (other[run] ?? Number.NaN)),
    },
  );
};

/** Each run has all of them, in turns. */
const contest = async <T>(
  [sotto, facts, other]: readonly [Contestant, Contestant, Contestant],
  measure: (contestant: Contestant) => Promise<T>,
) => ({
  sotto: await measure(sotto),
  other: await measure(other),
  facts: await measure(facts),
});

const fanOutRows = async (all: readonly [Contestant, Contestant, Contestant]): Promise<void> => {
  for (const size of SIZES) {
    say(`fan-out to ${size}`);
    const runs = await repeat(RUNS, () =>
      contest(all, (one) => measureFanOut(one, size, MESSAGES[size])),
    );
    for (const share of ['p50Ms', 'p99Ms'] as const) {
      contestRows(`to ${size}, ${share.slice(0, 3)}`, 'ms', {
        sotto: runs.map(({ sotto }) => sotto[share]),
        facts: runs.map(({ facts }) => facts[share]),
        other: runs.map(({ other }) => other[share]),
      });
    }
  }
  say('deliveries');
  const runs = await repeat(RUNS, () => contest(all, (one) => measureThroughput(one, 25, 200)));
  contestRows('deliveries in a room of 25', '/CPU s', {
    sotto: runs.map(({ sotto }) => sotto),
    facts: runs.map(({ facts }) => facts),
    other: runs.map(({ other }) => other),
  });
};

const startMs = performance.now();
const cluster = await startScriptCluster({ nodes: NODES, withoutLimits: true });
const socketIo = await startSocketIo(cluster.redis.url, NODES);
try {
  // First: what the other benches leave free would be found there.
  say(`${IDLE_SOCKETS} idle sockets`);
  const idle = [
    { what: 'a socket in a room of ten', values: [await idleSotto(cluster, IDLE_SOCKETS)] },
    { what: 'the same, socket.io', values: [await idleSocketIo(socketIo, IDLE_SOCKETS)] },
  ];
  for (const { what, values } of idle) rows.push({ what, unit: 'kB', values });
  await joinRows(cluster);
  await fanOutRows([sottoMessages(cluster), sottoFacts(cluster), socketIoMessages(socketIo)]);
  // Its connections are not made for what comes now.
  await socketIo.close();
  say('failures');
  const nodes = await repeat(FAILURES, () => recoverFromNode(cluster));
  rows.push({ what: 'a node killed: 25 people back', unit: 'ms', values: nodes });
  const redis = await repeat(FAILURES, () => recoverFromRedis(cluster));
  rows.push({ what: 'Redis killed, back empty: 50 people back', unit: 'ms', values: redis });
} finally {
  await socketIo.close();
  await cluster.close();
}
say(`${((performance.now() - startMs) / 1_000).toFixed(0)} s in all`);
report('cluster', rows);
// Sockets of clients that came back may still be open.
process.exit(0);
