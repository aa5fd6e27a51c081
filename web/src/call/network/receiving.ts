// Whether anything still comes over a connection: looked at when the server was away for a moment, which
// is often the first sign that the network is another one.
import type { Clock } from '../../signaling/clock.ts';
import type { StatsReport } from '../stats/stats-reading.ts';
import { sumOf } from '../stats/sum-of.ts';

/** Sound comes every 20 ms, and in silence every 400 (RFC 7587 §3.1.3). */
const LOOK_FOR_MS = 500;

/** RTCIceCandidatePairStats, W3C WebRTC Statistics §8.21. */
const bytesOf = (report: StatsReport): number => sumOf(report, 'candidate-pair', 'bytesReceived');

/** False when nothing came while it was looked at, or the connection is gone. Never rejects. */
export const isReceiving = async (
  clock: Clock,
  getStats: () => Promise<StatsReport>,
): Promise<boolean> => {
  try {
    const before = bytesOf(await getStats());
    await new Promise<void>((resolve) => {
      clock.after(LOOK_FOR_MS, resolve);
    });
    return bytesOf(await getStats()) > before;
  } catch {
    return false;
  }
};
