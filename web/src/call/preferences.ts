// What a person may choose about their media before and during a call.

export const VIDEO_QUALITIES = ['auto', 'low', 'standard', 'high'] as const;
/** Of what one sends: at most 320×180, 640×360, 1280×720; `auto` is the largest that the camera has. */
export type VideoQuality = (typeof VIDEO_QUALITIES)[number];

/** Video stays below in each direction, with room left for sound; null sets no bound. */
export const BANDWIDTH_LIMITS_KBPS = [250, 500, 1_000, 2_500] as const;
export type BandwidthLimitKbps = (typeof BANDWIDTH_LIMITS_KBPS)[number];

export interface Preferences {
  readonly videoQuality: VideoQuality;
  readonly bandwidthLimitKbps: BandwidthLimitKbps | null;
  /** No cameras are received, and the own one goes off; shared screens stay. */
  readonly audioOnly: boolean;
  readonly echoCancellation: boolean;
  readonly noiseSuppression: boolean;
  readonly autoGainControl: boolean;
  /** Keeps the call off peer to peer, which shows the address to the other side (PROTOCOL C4). */
  readonly hideAddress: boolean;
}

export const DEFAULT_PREFERENCES: Preferences = {
  videoQuality: 'auto',
  bandwidthLimitKbps: null,
  audioOnly: false,
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  hideAddress: false,
};
