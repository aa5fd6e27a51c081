// A room on one worker against the same room on two: what pipes cost in CPU, and in time. A pipe carries all
// layers of a camera whatever is looked at behind it (signaling/PROTOCOL.md M19).
import { startEndpoints } from './endpoints.ts';
import { compare, inTurns, latencyRows, measureSpan, type Span } from './measure.ts';
import { startOurSfu } from './our-sfu.ts';
import type { Part, PartDeps } from './part.ts';
import { type Crowd, expectedPerSecond, gather } from './people.ts';

const CROWD: Crowd = { people: 12, cameras: 11, layer: 2 };

const measure = async ({ compiled, spanMs }: PartDeps, workers: 1 | 2): Promise<Span> => {
  // Above nothing: everybody goes to the worker with the fewest, half of them to each.
  const sfu = await startOurSfu({ workers, spillAbove: 0 });
  const endpoints = await startEndpoints(compiled);
  try {
    await gather(sfu, endpoints, CROWD);
    const span = await measureSpan(sfu, endpoints, spanMs);
    if (workers > 1 && span.piped.packets === 0) throw new Error('the room did not spill');
    return span;
  } finally {
    await endpoints.close();
    await sfu.close();
  }
};

const added = (spans: readonly Span[], share: 'p50Ms' | 'p99Ms'): readonly number[] =>
  spans
    .filter(({ isDisturbed }) => !isDisturbed)
    .map(({ direct, piped }) => piped[share] - direct[share]);

export const spillPart: Part = {
  name: 'spill',
  run: async (deps) => {
    deps.say(`a room of ${CROWD.people}, ${expectedPerSecond(CROWD)} packets/s: two workers, one`);
    const [two = [], one = []] = await inTurns(deps.runs, [
      () => measure(deps, 2),
      () => measure(deps, 1),
    ]);
    const what = 'room of 12 spilled';
    const addedRows = (['p50Ms', 'p99Ms'] as const)
      .map((share) => ({
        what: `${what}, ${share.slice(0, 3)}, by a pipe − directly`,
        unit: 'ms',
        values: added(two, share),
      }))
      .filter(({ values }) => values.length > 0);
    return [
      ...compare(what, { name: 'two workers', spans: two }, { name: 'one worker', spans: one }),
      {
        what: `${what}, came by a pipe`,
        unit: '%',
        values: two.map(({ piped, packets }) => (100 * piped.packets) / packets),
      },
      ...[
        { name: 'two workers', spans: two },
        { name: 'one worker', spans: one },
      ].map(({ name, spans }) => ({
        what: `${what}, CPU of all workers, ${name}`,
        unit: 'cores',
        values: spans.map(({ cores }) => cores),
      })),
      ...latencyRows(`${what}, latency, by a pipe`, two, 'piped'),
      ...addedRows,
    ];
  },
};
