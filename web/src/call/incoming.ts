// What is received of others, by whichever way, and which of two ways is shown. For a while a stream
// may come both from the media node and from the other person; what is shown never waits for a picture.
import type { StreamOrigin } from './encryption/frame-guard.ts';
import type { MediaPath } from './stats/call-details.ts';

export interface Incoming {
  readonly origin: StreamOrigin;
  readonly track: MediaStreamTrack;
  readonly receiver: Pick<RTCRtpReceiver, 'getStats' | 'getSynchronizationSources'>;
}

export const pathOf = ({ producerId }: StreamOrigin): MediaPath =>
  producerId === null ? 'p2p' : 'sfu';

/** The ways that one stream comes by. */
export interface Ways {
  readonly p2p: Incoming | undefined;
  readonly sfu: Incoming | undefined;
  /** Shown until now. */
  readonly shown: Incoming | undefined;
}

/** What is meant, once there is a picture of it; until then what there is. */
export const chooseWay = (
  preferred: MediaPath,
  ways: Ways,
  hasArrived: (incoming: Incoming) => boolean,
): Incoming | undefined => {
  const meant = ways[preferred];
  const other = ways[preferred === 'p2p' ? 'sfu' : 'p2p'];
  const arrived = [meant, other].find((way) => way !== undefined && hasArrived(way));
  const kept = [meant, other].find((way) => way !== undefined && way === ways.shown);
  return arrived ?? kept ?? meant ?? other;
};
