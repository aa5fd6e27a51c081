// What is received of others, by whichever way, and which of the ways is shown. For a while a stream may
// come both from the media node and from the other person, or from the media node that the room is moving
// from and from its new one; what is shown never waits for a picture.
import type { StreamOrigin } from './encryption/frame-guard.ts';
import type { MediaPath } from './stats/call-details.ts';

export interface Incoming {
  readonly origin: StreamOrigin;
  readonly track: MediaStreamTrack;
  readonly receiver: Pick<RTCRtpReceiver, 'getStats' | 'getSynchronizationSources'>;
}

/** `former`: under the placement that the room is leaving (PROTOCOL M17). */
export type Way = MediaPath | 'former';

/** What comes, by each way. */
export type ByWay = Readonly<Record<Way, readonly Incoming[]>>;

/** Those that one stream comes by. */
export type Ways = Readonly<Partial<Record<Way, Incoming>>>;

/** What is meant, then what can take its place for longest. */
const ORDER: Readonly<Record<MediaPath, readonly Way[]>> = {
  p2p: ['p2p', 'sfu', 'former'],
  sfu: ['sfu', 'p2p', 'former'],
};

/** What is meant, once there is a picture of it; until then what there is. `shown`: until now. */
export const chooseWay = (
  preferred: MediaPath,
  ways: Ways,
  shown: Incoming | undefined,
  hasArrived: (incoming: Incoming) => boolean,
): Incoming | undefined => {
  const there = ORDER[preferred].flatMap((way) => ways[way] ?? []);
  return there.find(hasArrived) ?? there.find((one) => one === shown) ?? there[0];
};
