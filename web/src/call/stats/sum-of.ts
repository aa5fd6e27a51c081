// One figure of a connection, over all entries of a kind in its statistics.
import type { StatsReport } from './stats-reading.ts';

/** What is no number counts for nothing: browsers leave members out. */
export const sumOf = (
  report: StatsReport,
  kind: 'inbound-rtp' | 'candidate-pair',
  member: 'framesDecoded' | 'packetsReceived' | 'bytesReceived',
): number => {
  let sum = 0;
  for (const [, stats] of report) {
    const entry: Record<string, unknown> = Object(stats);
    const value = entry[member];
    if (entry['type'] === kind && typeof value === 'number') sum += value;
  }
  return sum;
};
