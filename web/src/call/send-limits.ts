// How much of each source is sent: from what the person prefers, the size of the picture that there
// is, and what the other side of a peer-to-peer connection wants. Pure; send-encodings.ts applies it.
import type { StreamSource, ViewLayer } from '@sotto/signaling/protocol';
import type { Preferences, VideoQuality } from './preferences.ts';
import type { MediaPath } from './stats/call-details.ts';

/** In pixels; which side is the longer one does not matter, as phones are turned. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

export interface SendCircumstances {
  readonly preferences: Preferences;
  /** Of the track; null while it is not known, or where there is no picture. */
  readonly size: PictureSize | null;
  /** The own screen is sent as well. */
  readonly isSharing: boolean;
  /** Peer to peer: what the receiver shows. Left out, it is the largest. */
  readonly wantedLayer?: ViewLayer | undefined;
}

/** For one of the sender's encodings. What is left out stays as it is. */
export interface EncodingLimits {
  readonly active: boolean;
  readonly priority: RTCPriorityType;
  readonly networkPriority: RTCPriorityType;
  /** Bits per second. */
  readonly maxBitrate?: number;
  readonly scaleResolutionDownBy?: number;
}

interface Rung extends PictureSize {
  /** What VP8 makes good use of at 30 frames a second. */
  readonly bps: number;
  /** With less, the size below looks better. */
  readonly leastBps: number;
}

/** The sizes that a camera is sent in, smallest first; a view's layers name them by place. */
export const CAMERA_RUNGS = [
  { width: 320, height: 180, bps: 150_000, leastBps: 0 },
  { width: 640, height: 360, bps: 500_000, leastBps: 200_000 },
  { width: 1280, height: 720, bps: 1_500_000, leastBps: 600_000 },
] as const satisfies readonly Rung[];

export const SCREEN_BPS = 2_500_000;

/** Opus in speech, with its in-band FEC: kept free of video under a bandwidth limit. */
export const MIC_BPS = 40_000;

export const SHARED_SOUND_BPS = 128_000;
const LIMITED_SHARED_SOUND_BPS = 32_000;

/** Beside a screen under a limit: less, and a face is a slide show; more, and text is not legible. */
const CAMERA_BESIDE_SCREEN_BPS = { least: 60_000, most: 150_000 };

/** From these widths on two and three sizes are worth their bits, as Chromium has it for itself. */
const TWO_LAYERS_PX = 480;
const THREE_LAYERS_PX = 960;

const SMALLEST = CAMERA_RUNGS[0];
const LARGEST = CAMERA_RUNGS[2];

const PRESETS: Readonly<Record<VideoQuality, PictureSize>> = {
  auto: LARGEST,
  low: SMALLEST,
  standard: CAMERA_RUNGS[1],
  high: LARGEST,
};

/** Sound first, then what is shown, then faces. */
const PRIORITIES: Readonly<Record<StreamSource, RTCPriorityType>> = {
  mic: 'high',
  screenAudio: 'high',
  screen: 'medium',
  cam: 'low',
};

const longSide = ({ width, height }: PictureSize): number => Math.max(width, height);
const shortSide = ({ width, height }: PictureSize): number => Math.min(width, height);

/** By how much the picture has to shrink to fit; never below 1. */
const shrinkTo = (size: PictureSize, bound: PictureSize): number =>
  Math.max(1, longSide(size) / longSide(bound), shortSide(size) / shortSide(bound));

/** Half way between two rungs, what is smaller counts as the lower one. */
const rungOf = (widthPx: number): Rung =>
  CAMERA_RUNGS.find(({ width }) => widthPx <= width * 1.25) ?? LARGEST;

interface Budget {
  readonly cam: number;
  readonly screen: number;
}

/** Bits per second of video that one sends. */
const budgetOf = (bandwidthLimitKbps: number | null, isSharing: boolean): Budget => {
  if (bandwidthLimitKbps === null) return { cam: Infinity, screen: SCREEN_BPS };
  const video = bandwidthLimitKbps * 1_000 - MIC_BPS;
  if (!isSharing) return { cam: video, screen: 0 };
  const shared = video - LIMITED_SHARED_SOUND_BPS;
  const { least, most } = CAMERA_BESIDE_SCREEN_BPS;
  const cam = Math.min(Math.max(shared / 10, least), most);
  return { cam, screen: Math.min(SCREEN_BPS, shared - cam) };
};

interface LayerLimits {
  readonly active: boolean;
  readonly maxBitrate: number;
  readonly scaleResolutionDownBy: number;
}

/** Always three, each half as wide as the next; a small picture fills only the first. */
const cameraLayers = (
  size: PictureSize,
  bound: PictureSize,
  bps: number,
): readonly LayerLimits[] => {
  const shrink = shrinkTo(size, bound);
  const widthPx = longSide(size) / shrink;
  const count = widthPx < TWO_LAYERS_PX ? 1 : widthPx < THREE_LAYERS_PX ? 2 : 3;
  let left = bps;
  return CAMERA_RUNGS.map((_, index) => {
    const below = Math.max(0, count - 1 - index);
    const rung = rungOf(widthPx / 2 ** below);
    const active = index === 0 || (index < count && left >= rung.leastBps);
    const maxBitrate = Math.min(rung.bps, active ? left : rung.bps);
    // Without this one, the larger ones are not worth it either.
    left = active ? left - maxBitrate : 0;
    return { active, maxBitrate, scaleResolutionDownBy: shrink * 2 ** below };
  });
};

/** The largest that the preset, the receiver and the bits allow. */
const onlyCamera = (
  size: PictureSize,
  bound: PictureSize,
  bps: number,
  wanted: ViewLayer,
): LayerLimits => {
  const active = wanted !== 'off';
  const shown = CAMERA_RUNGS[wanted === 'off' ? 0 : wanted];
  const paidFor = CAMERA_RUNGS.findLast(({ leastBps }) => leastBps <= bps) ?? SMALLEST;
  const scaleResolutionDownBy = Math.max(
    ...[bound, shown, paidFor].map((box) => shrinkTo(size, box)),
  );
  const rung = rungOf(longSide(size) / scaleResolutionDownBy);
  return { active, maxBitrate: Math.min(rung.bps, bps), scaleResolutionDownBy };
};

/** One for each encoding that `sendEncoding` gave the sender. */
export const sendLimits = (
  source: StreamSource,
  path: MediaPath,
  circumstances: SendCircumstances,
): readonly EncodingLimits[] => {
  const { preferences, size, isSharing, wantedLayer = 2 } = circumstances;
  const priority = PRIORITIES[source];
  const common = { active: wantedLayer !== 'off', priority, networkPriority: priority };
  const budget = budgetOf(preferences.bandwidthLimitKbps, isSharing || source === 'screen');
  switch (source) {
    case 'mic':
      return [common];
    case 'screenAudio': {
      const isLimited = preferences.bandwidthLimitKbps !== null;
      const maxBitrate = isLimited ? LIMITED_SHARED_SOUND_BPS : SHARED_SOUND_BPS;
      return [{ ...common, maxBitrate }];
    }
    case 'screen':
      return [{ ...common, maxBitrate: budget.screen }];
    case 'cam': {
      const picture = size ?? LARGEST;
      const bound = PRESETS[preferences.videoQuality];
      const layers =
        path === 'p2p'
          ? [onlyCamera(picture, bound, budget.cam, wantedLayer)]
          : cameraLayers(picture, bound, budget.cam);
      return layers.map((layer) => ({ ...common, ...layer }));
    }
  }
};
