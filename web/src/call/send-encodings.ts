// How each source is encoded. Three sizes of the camera let everybody take the one that their tile
// needs (media-view.ts has the widths); bitrates are what VP8 wants at 1280×720 and 30 frames.
import type { StreamSource } from '@sotto/signaling/protocol';
import type { types } from 'mediasoup-client';

export interface SendEncoding {
  readonly encodings?: types.RtpEncodingParameters[];
  readonly codecOptions?: types.ProducerCodecOptions;
}

export const sendEncoding = (source: StreamSource): SendEncoding => {
  switch (source) {
    case 'mic':
      // In-band FEC mends single losses; DTX sends next to nothing in silence (RFC 7587 §3.1.3).
      return { codecOptions: { opusFec: true, opusDtx: true, opusStereo: false } };
    case 'screenAudio':
      return {
        codecOptions: { opusFec: true, opusDtx: false },
        encodings: [{ maxBitrate: 128_000 }],
      };
    case 'cam':
      return {
        encodings: [
          { scaleResolutionDownBy: 4, maxBitrate: 150_000, scalabilityMode: 'L1T3' },
          { scaleResolutionDownBy: 2, maxBitrate: 500_000, scalabilityMode: 'L1T3' },
          { scaleResolutionDownBy: 1, maxBitrate: 1_500_000, scalabilityMode: 'L1T3' },
        ],
        codecOptions: { videoGoogleStartBitrate: 600 },
      };
    case 'screen':
      return {
        encodings: [{ maxBitrate: 2_500_000 }],
        codecOptions: { videoGoogleStartBitrate: 1_000 },
      };
  }
};
