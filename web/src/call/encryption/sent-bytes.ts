// What has left by one sender, from its statistics.
import * as z from 'zod/mini';

/** RTCOutboundRtpStreamStats (W3C WebRTC Statistics §8.5), one for each layer. */
const Outbound = z.object({
  type: z.literal('outbound-rtp'),
  bytesSent: z.number(),
  retransmittedBytesSent: z.optional(z.number()),
});

/**
 * Bytes of payload over all layers, less what was sent again: no headers and no padding, so that
 * what a browser sends to measure the network counts for nothing.
 */
export const payloadBytesSent = (report: Iterable<readonly [unknown, unknown]>): number => {
  let bytes = 0;
  for (const [, entry] of report) {
    const stats = Outbound.safeParse(entry).data;
    if (stats !== undefined) bytes += stats.bytesSent - (stats.retransmittedBytesSent ?? 0);
  }
  return bytes;
};
