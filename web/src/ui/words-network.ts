// What to say of how a call travels: directly or through the server, well or badly.
import type { SfuReason } from '@sotto/signaling/protocol';
import type { CallPath, NetworkTrouble } from '../call/call-state.ts';
import type { Quality } from '../call/stats/call-details.ts';

const reasons: Record<SfuReason, string> = {
  people: 'More than two people are here.',
  'address-hidden': 'Somebody hides their network address.',
  'not-connected': 'No direct way between your devices was found.',
  server: 'This server carries every call.',
};

const ownAddressHidden = 'You hide your network address.';

/** The whole of it: for the mark at the top, and in the details. */
export const callModeWords = (
  { path, reason }: CallPath,
  /** The person's own setting. */
  hidesAddress: boolean,
): string => {
  if (path === 'p2p') return 'Direct: this call goes straight from device to device.';
  const through = 'Through the server, which can’t see or hear it.';
  if (reason === null) return through;
  const why = reason === 'address-hidden' && hidesAddress ? ownAddressHidden : reasons[reason];
  return `${through} ${why}`;
};

export const qualityWords = {
  /** `name`: null before it is known. */
  of: (quality: Exclude<Quality, 'good'>, name: string | null): string => {
    const whose = name === null ? 'Their connection' : `${name}’s connection`;
    return quality === 'fair' ? `${whose} is a little weak` : `${whose} is very weak`;
  },
  own: { fair: 'Your connection is a little weak', poor: 'Your connection is very weak' },
} as const;

export const networkTroubleWords: Record<NetworkTrouble, string> = {
  'weak-upload': 'Your connection is weak: others see your video reduced',
  'weak-download': 'Your connection is weak: video is reduced',
  'reconnecting-media': 'Looking for another way to the others…',
};

export const audioOnlyWords = {
  on: 'Audio only',
  off: 'Show video again',
  mark: 'Audio only: no cameras are received. Press to show video again.',
  lobby: 'Your camera is off: audio only',
} as const;
