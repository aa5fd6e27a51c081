// How each source is encoded: what a sender is made with, and how one that runs is brought to its
// limits (send-limits.ts). To the media node a camera goes in three sizes, so that everybody takes the
// one that their tile needs (media-view.ts); peer to peer there is one receiver, and one size.
import type { StreamSource } from '@sotto/signaling/protocol';
import type { types } from 'mediasoup-client';
import { CAMERA_RUNGS, type EncodingLimits, SCREEN_BPS, SHARED_SOUND_BPS } from './send-limits.ts';
import type { MediaPath } from './stats/call-details.ts';

export interface SendEncoding {
  readonly encodings?: types.RtpEncodingParameters[];
  readonly codecOptions?: types.ProducerCodecOptions;
}

export const sendEncoding = (source: StreamSource, path: MediaPath): SendEncoding => {
  switch (source) {
    case 'mic':
      // In-band FEC mends single losses; DTX sends next to nothing in silence (RFC 7587 §3.1.3).
      return { codecOptions: { opusFec: true, opusDtx: true, opusStereo: false } };
    case 'screenAudio':
      return {
        codecOptions: { opusFec: true, opusDtx: false },
        encodings: [{ maxBitrate: SHARED_SOUND_BPS }],
      };
    case 'cam':
      return {
        encodings:
          path === 'p2p'
            ? [{ maxBitrate: CAMERA_RUNGS[2].bps }]
            : CAMERA_RUNGS.map(({ bps }, index) => ({
                scaleResolutionDownBy: 2 ** (CAMERA_RUNGS.length - 1 - index),
                maxBitrate: bps,
                scalabilityMode: 'L1T3',
              })),
        codecOptions: { videoGoogleStartBitrate: 600 },
      };
    case 'screen':
      return {
        encodings: [{ maxBitrate: SCREEN_BPS }],
        codecOptions: { videoGoogleStartBitrate: 1_000 },
      };
  }
};

/** What an RTCRtpSender has of this. */
export type LimitedSender = Pick<RTCRtpSender, 'getParameters' | 'setParameters'>;

const isAsLimited = (encoding: RTCRtpEncodingParameters, limits: EncodingLimits): boolean =>
  encoding.active === limits.active &&
  encoding.priority === limits.priority &&
  encoding.networkPriority === limits.networkPriority &&
  encoding.maxBitrate === (limits.maxBitrate ?? encoding.maxBitrate) &&
  encoding.scaleResolutionDownBy ===
    (limits.scaleResolutionDownBy ?? encoding.scaleResolutionDownBy);

/**
 * Brings a sender to its limits, one for each of its encodings; no frame is lost by it. Rejects with
 * what the browser threw, as for a sender that has been stopped.
 */
export const applyLimits = async (
  sender: LimitedSender,
  limits: readonly EncodingLimits[],
): Promise<void> => {
  // Read and written in one turn, so that no other change comes between (W3C WebRTC §5.2).
  const parameters = sender.getParameters();
  const { encodings } = parameters;
  const isDone = encodings.every((encoding, index) => {
    const wanted = limits[index];
    return wanted === undefined || isAsLimited(encoding, wanted);
  });
  if (isDone) return;
  // Firefox wants back every member that it gave, and in the same order.
  encodings.forEach((encoding, index) => Object.assign(encoding, limits[index]));
  await sender.setParameters(parameters);
};
