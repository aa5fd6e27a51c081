// Whether anything still comes over a connection: looked at when the server was away for a moment, which
// is often the first sign that the network is another one.
import type { Clock } from '../../signaling/clock.ts';

/** Sound comes every 20 ms, and in silence every 400 (RFC 7587 §3.1.3). */
const LOOK_FOR_MS = 500;

export type StatsEntries = Iterable<readonly [unknown, unknown]>;

/** RTCIceCandidatePairStats, W3C WebRTC Statistics §8.21. */
const bytesReceived = (report: StatsEntries): number => {
  let bytes = 0;
  for (const [, stats] of report) {
    const { type, bytesReceived: received }: Record<string, unknown> = Object(stats);
    if (type === 'candidate-pair' && typeof received === 'number') bytes += received;
  }
  return bytes;
};

/** False when nothing came while it was looked at, or the connection is gone. Never rejects. */
export const isReceiving = async (
  clock: Clock,
  getStats: () => Promise<StatsEntries>,
): Promise<boolean> => {
  try {
    const before = bytesReceived(await getStats());
    await new Promise<void>((resolve) => {
      clock.after(LOOK_FOR_MS, resolve);
    });
    return bytesReceived(await getStats()) > before;
  } catch {
    return false;
  }
};
