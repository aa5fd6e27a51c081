// What to say of what can be preferred: sound, video and what may leave this device.
import type { BandwidthLimitKbps, VideoQuality } from '../call/preferences.ts';
import { bitrate } from './figures.ts';

const qualities: Record<VideoQuality, string> = {
  auto: 'Automatic',
  low: 'Low · 320 × 180',
  standard: 'Standard · 640 × 360',
  high: 'High · 1280 × 720',
};

export const mediaSettingsWords = {
  /** In the lobby, before all of this. */
  more: 'Sound, data and privacy',
  sound: 'Sound',
  echo: 'Remove echo',
  noise: 'Reduce background noise',
  gain: 'Keep my volume even',
  video: 'Video and data',
  quality: 'Quality of my video',
  qualities,
  bandwidth: 'Data limit for video',
  bandwidthLimit: (limit: BandwidthLimitKbps | null): string =>
    limit === null ? 'No limit' : bitrate(limit * 1000),
  audioOnly: 'Audio only',
  audioOnlyMeaning: 'No cameras are received and yours goes off. Shared screens stay.',
  privacy: 'Privacy',
  hideAddress: 'Hide my network address',
  hideAddressMeaning:
    'With two people the call can go straight between your devices; the other person’s device then learns your network (IP) address, unless you hide it here.',
} as const;
