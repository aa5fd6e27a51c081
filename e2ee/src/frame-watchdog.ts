// Packets that leave while the worker sealed nothing would be packets in the clear. A pure function
// over samples of one sender; the page takes them, and stops the track when the answer is `leaking`.

export interface SenderSample {
  /**
   * Payload, of the sender's `outbound-rtp` statistics: bytesSent less retransmittedBytesSent, over
   * all layers; no headers, no padding. Taken before `framesSealed`, so that what left had its chance
   * to be counted.
   */
  readonly bytesSent: number;
  /** What the worker counted for this sender's pipeline. */
  readonly framesSealed: number;
}

export interface WatchState {
  readonly last: SenderSample;
  /** Samples in a row in which packets left and nothing was sealed. */
  readonly suspicious: number;
}

export type WatchVerdict = 'ok' | 'leaking';

/**
 * Samples in a row; packets of a frame that was sealed before the first of them may still have been
 * waiting. Raising it lets a leak run longer, by one interval of the caller's each.
 */
const SUSPICIOUS_SAMPLES = 3;

export const WATCH_START: WatchState = {
  last: { bytesSent: 0, framesSealed: 0 },
  suspicious: 0,
};

export const watchSender = (
  state: WatchState,
  sample: SenderSample,
): { readonly state: WatchState; readonly verdict: WatchVerdict } => {
  const hasSent = sample.bytesSent > state.last.bytesSent;
  const hasSealed = sample.framesSealed > state.last.framesSealed;
  const suspicious = hasSent && !hasSealed ? state.suspicious + 1 : 0;
  // Nothing sealed ever: no packet can be late.
  const isBare = sample.bytesSent > 0 && sample.framesSealed === 0;
  return {
    state: { last: sample, suspicious },
    verdict: isBare || suspicious >= SUSPICIOUS_SAMPLES ? 'leaking' : 'ok',
  };
};
