// What a measured process says of itself to the one that measures, when asked: its figures, its CPU time,
// and its memory after a collection of what nobody uses any more.
import type { Registry } from '@prometheus-io/client';
import * as z from 'zod/mini';

export const Report = z.object({
  /** By name, with `{label="value"}` where there are labels. */
  figures: z.record(z.string(), z.number()),
  cpuMs: z.number(),
  residentBytes: z.number(),
  heapBytes: z.number(),
});
export type Report = Readonly<z.infer<typeof Report>>;

export const ScriptMessage = z.union([z.object({ url: z.string() }), z.object({ report: Report })]);

/** Prometheus' text format: one sample a line. What is no number yet, as a mean of nothing, is left out. */
export const figuresOf = (text: string): Record<string, number> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))] as const;
      })
      .filter(([, value]) => Number.isFinite(value)),
  );

const MICROSECONDS_PER_MS = 1_000;

const report = async (registry: Registry | null): Promise<Report> => {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    figures: registry === null ? {} : figuresOf(await registry.metrics()),
    cpuMs: (user + system) / MICROSECONDS_PER_MS,
    residentBytes: rss,
    heapBytes: heapUsed,
  };
};

/** Says where it listens, and answers whatever is asked of it; ends with who asks. */
export const reportTo = (url: string, registry: Registry | null): void => {
  process.on('message', () => {
    report(registry).then(
      (made) => process.send?.({ report: made }),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ url });
};
