// When a node that drains ends, over a clock that the test moves.
import { beforeEach, expect, it } from 'vitest';
import { ALONE_MS, awaitDeparture, type Departure, DEPARTURE_LOOK_MS } from './departure.ts';

/** Without anybody, until it is taken for alone. */
const LOOKS_ALONE = ALONE_MS / DEPARTURE_LOOK_MS;

let nowMs: number;
let alarms: { readonly atMs: number; readonly task: () => void }[];
let rooms: number;
let connections: number;
let ended: Departure | undefined;
beforeEach(() => {
  nowMs = 5_000;
  alarms = [];
  rooms = 2;
  connections = 2;
  ended = undefined;
});

const depart = async (timeoutMs: number): Promise<void> => {
  const clock = {
    now: () => nowMs,
    after: (ms: number, task: () => void) => void alarms.push({ atMs: nowMs + ms, task }),
  };
  const deps = { clock, countRooms: () => rooms, countConnections: () => connections, timeoutMs };
  awaitDeparture(deps).then(
    (why) => (ended = why),
    () => undefined,
  );
  await Promise.resolve();
};

/** To the next look. */
const advance = async (): Promise<void> => {
  const alarm = alarms.shift();
  if (alarm === undefined) return;
  nowMs = alarm.atMs;
  alarm.task();
  await Promise.resolve();
};

it('M18 it ends when the last room has gone', async () => {
  await depart(60_000);
  for (rooms of [2, 1, 1]) {
    await advance();
    expect(ended).toBeUndefined();
  }
  rooms = 0;
  await advance();
  expect(ended).toBe('empty');
  expect(alarms).toEqual([]);
});

it('M18 it ends when the last signaling process has been gone for a while', async () => {
  await depart(60_000);
  connections = 1;
  await advance();
  connections = 0;
  for (let look = 1; look < LOOKS_ALONE; look += 1) await advance();
  expect(ended).toBeUndefined();
  // One that is back was only cut off for a moment.
  connections = 1;
  await advance();
  connections = 0;
  for (let look = 1; look < LOOKS_ALONE; look += 1) await advance();
  expect(ended).toBeUndefined();
  await advance();
  expect(ended).toBe('alone');
});

it('M18 it ends when it has waited for long enough, and no sooner', async () => {
  const timeoutMs = 3.5 * DEPARTURE_LOOK_MS;
  await depart(timeoutMs);
  const untilMs = nowMs + timeoutMs;
  for (let look = 1; look <= 4; look += 1) {
    expect(nowMs).toBeLessThan(untilMs);
    expect(ended).toBeUndefined();
    await advance();
  }
  expect(nowMs).toBe(untilMs);
  expect(ended).toBe('timeout');
});

it('M18 it ends at once when there is nothing to wait for', async () => {
  await depart(0);
  expect(ended).toBe('timeout');
  rooms = 0;
  await depart(60_000);
  expect(ended).toBe('empty');
  expect(alarms).toEqual([]);
});
