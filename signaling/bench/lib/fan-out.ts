// How late what one person says comes to all others of a room, and how many deliveries a second of CPU
// time is worth.
import { quantile } from '../../../bench/report.ts';
import type { BenchRoom, Contestant } from './contestant.ts';

export interface FanOut {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Said before it counts: code is compiled, connections are warm. */
const WARM_UP = 10;

const SECOND_MS = 1_000;

/** Says one thing and waits until all have heard it; gives how late each heard it. */
const sayOnce = async (room: BenchRoom): Promise<number[]> => {
  const latenciesMs: number[] = [];
  const startMs = performance.now();
  await new Promise<void>((resolve, reject) => {
    room.onHeard = () => {
      latenciesMs.push(performance.now() - startMs);
      if (latenciesMs.length === room.hearers) resolve();
    };
    room.speak().catch(reject);
  });
  return latenciesMs;
};

export const measureFanOut = async (
  contestant: Contestant,
  people: number,
  messages: number,
): Promise<FanOut> => {
  const room = await contestant.openRoom(people);
  try {
    for (let said = 0; said < WARM_UP; said += 1) await sayOnce(room);
    const latenciesMs: number[] = [];
    for (let said = 0; said < messages; said += 1) latenciesMs.push(...(await sayOnce(room)));
    return { p50Ms: quantile(latenciesMs, 0.5), p99Ms: quantile(latenciesMs, 0.99) };
  } finally {
    room.close();
  }
};

/** On their way at the same time. */
const WINDOW = 8;

/** Deliveries for each second that the nodes computed. */
export const measureThroughput = async (
  contestant: Contestant,
  people: number,
  messages: number,
): Promise<number> => {
  const room = await contestant.openRoom(people);
  try {
    for (let said = 0; said < WARM_UP; said += 1) await sayOnce(room);
    const expected = messages * room.hearers;
    let heard = 0;
    const startMs = await contestant.cpuMs();
    const allHeard = new Promise<void>((resolve) => {
      room.onHeard = () => {
        heard += 1;
        if (heard === expected) resolve();
      };
    });
    let said = 0;
    const speak = async (): Promise<void> => {
      while (said < messages) {
        said += 1;
        await room.speak();
      }
    };
    await Promise.all([...Array.from({ length: WINDOW }, speak), allHeard]);
    return (expected / ((await contestant.cpuMs()) - startMs)) * SECOND_MS;
  } finally {
    room.close();
  }
};
