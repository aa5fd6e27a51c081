// What is sent, from preferences, the picture's size, and what else is sent.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BANDWIDTH_LIMITS_KBPS, DEFAULT_PREFERENCES, VIDEO_QUALITIES } from './preferences.ts';
import { type PictureSize, type SendCircumstances, sendLimits } from './send-limits.ts';

const HD = { width: 1280, height: 720 };

const circumstances = ({
  size = HD,
  isSharing = false,
  wantedLayer,
  ...preferences
}: Partial<SendCircumstances & SendCircumstances['preferences']> = {}): SendCircumstances => ({
  preferences: { ...DEFAULT_PREFERENCES, ...preferences },
  size,
  isSharing,
  wantedLayer,
});

/** Widths of the layers that are sent, and their bits per second. */
const sentOf = (given: Parameters<typeof circumstances>[0] = {}, path: 'sfu' | 'p2p' = 'sfu') =>
  sendLimits('cam', path, circumstances(given)).map(
    ({ active, scaleResolutionDownBy = 1, maxBitrate }) =>
      active
        ? [Math.round((given.size ?? HD).width / scaleResolutionDownBy), maxBitrate]
        : ('off' as const),
  );

describe('to the media node', () => {
  test('a large camera goes in three sizes', () => {
    expect(sentOf()).toEqual([
      [320, 150_000],
      [640, 500_000],
      [1280, 1_500_000],
    ]);
    expect(sentOf({ size: { width: 960, height: 540 } })).toEqual([
      [240, 150_000],
      [480, 500_000],
      [960, 1_500_000],
    ]);
  });

  test('a small one in fewer, the smallest place first', () => {
    expect(sentOf({ size: { width: 640, height: 360 } })).toEqual([
      [320, 150_000],
      [640, 500_000],
      'off',
    ]);
    expect(sentOf({ size: { width: 320, height: 180 } })).toEqual([[320, 150_000], 'off', 'off']);
  });

  test('the presets bound the size, whatever the camera gives', () => {
    expect(sentOf({ videoQuality: 'low' })).toEqual([[320, 150_000], 'off', 'off']);
    expect(sentOf({ videoQuality: 'standard' })).toEqual([[320, 150_000], [640, 500_000], 'off']);
    expect(sentOf({ videoQuality: 'high' })).toEqual(sentOf({ videoQuality: 'auto' }));
    expect(sentOf({ videoQuality: 'high', size: { width: 1920, height: 1080 } })).toEqual(sentOf());
    // Of another shape: bounded by the height.
    expect(sentOf({ videoQuality: 'low', size: { width: 640, height: 480 } })).toEqual([
      [240, 150_000],
      'off',
      'off',
    ]);
  });

  test('a phone held upright is bounded by its long side too', () => {
    expect(sentOf({ videoQuality: 'standard', size: { width: 720, height: 1280 } })).toEqual([
      [180, 150_000],
      [360, 500_000],
      'off',
    ]);
  });

  test('a bandwidth limit takes the large sizes away, and bounds what is left', () => {
    expect(sentOf({ bandwidthLimitKbps: 250 })).toEqual([[320, 150_000], 'off', 'off']);
    expect(sentOf({ bandwidthLimitKbps: 500 })).toEqual([[320, 150_000], [640, 310_000], 'off']);
    expect(sentOf({ bandwidthLimitKbps: 1_000 })).toEqual([[320, 150_000], [640, 500_000], 'off']);
    expect(sentOf({ bandwidthLimitKbps: 2_500 })).toEqual(sentOf());
  });

  test('under a limit the camera gives way to the screen', () => {
    expect(sentOf({ bandwidthLimitKbps: 1_000, isSharing: true })).toEqual([
      [320, 92_800],
      'off',
      'off',
    ]);
    const shared = circumstances({ bandwidthLimitKbps: 1_000, isSharing: true });
    expect(sendLimits('screen', 'sfu', shared)[0]?.maxBitrate).toBe(835_200);
    expect(sendLimits('screen', 'sfu', circumstances())[0]?.maxBitrate).toBe(2_500_000);
  });
});

describe('peer to peer', () => {
  test('goes in the one size that the other side shows', () => {
    const sizes = (['off', 0, 1, 2] as const).map((wantedLayer) => sentOf({ wantedLayer }, 'p2p'));
    expect(sizes).toEqual([['off'], [[320, 150_000]], [[640, 500_000]], [[1280, 1_500_000]]]);
    expect(sentOf({}, 'p2p')).toEqual([[1280, 1_500_000]]);
  });

  test('the preset and the limit bound it', () => {
    expect(sentOf({ videoQuality: 'low' }, 'p2p')).toEqual([[320, 150_000]]);
    expect(sentOf({ videoQuality: 'high', wantedLayer: 0 }, 'p2p')).toEqual([[320, 150_000]]);
    expect(sentOf({ bandwidthLimitKbps: 250 }, 'p2p')).toEqual([[640, 210_000]]);
    expect(sentOf({ bandwidthLimitKbps: 250, isSharing: true }, 'p2p')).toEqual([[320, 60_000]]);
  });

  test('what the other side does not show is not sent', () => {
    const [screen] = sendLimits('screen', 'p2p', circumstances({ wantedLayer: 'off' }));
    expect(screen?.active).toBe(false);
  });
});

test('sound goes before screens, screens before cameras', () => {
  const priorities = (['mic', 'screenAudio', 'screen', 'cam'] as const).map((source) => {
    const limits = sendLimits(source, 'sfu', circumstances());
    return [
      ...new Set(limits.flatMap(({ priority, networkPriority }) => [priority, networkPriority])),
    ];
  });
  expect(priorities).toEqual([['high'], ['high'], ['medium'], ['low']]);
});

const anySize: fc.Arbitrary<PictureSize | null> = fc.option(
  fc.record({
    width: fc.integer({ min: 16, max: 4096 }),
    height: fc.integer({ min: 16, max: 4096 }),
  }),
);

const anything = fc.record({
  size: anySize,
  isSharing: fc.boolean(),
  videoQuality: fc.constantFrom(...VIDEO_QUALITIES),
  bandwidthLimitKbps: fc.constantFrom(null, ...BANDWIDTH_LIMITS_KBPS),
  wantedLayer: fc.constantFrom(undefined, 'off' as const, 0 as const, 1 as const, 2 as const),
});

const bitsOf = (limits: ReturnType<typeof sendLimits>): number =>
  limits.reduce((sum, { active, maxBitrate = 0 }) => sum + (active ? maxBitrate : 0), 0);

test('whatever the picture: bits are never above the limit, pixels never above the preset', () => {
  fc.assert(
    fc.property(anything, fc.constantFrom('sfu' as const, 'p2p' as const), (given, path) => {
      const all = { preferences: { ...DEFAULT_PREFERENCES, ...given }, ...given };
      const cam = sendLimits('cam', path, all);
      const sum = bitsOf(cam) + (given.isSharing ? bitsOf(sendLimits('screen', path, all)) : 0);
      expect(cam).toHaveLength(path === 'sfu' ? 3 : 1);
      if (given.bandwidthLimitKbps !== null) {
        expect(sum).toBeLessThanOrEqual(given.bandwidthLimitKbps * 1_000 - 40_000);
      }
      const most = { auto: 1280, high: 1280, standard: 640, low: 320 }[given.videoQuality];
      const { width, height } = given.size ?? HD;
      for (const { active, scaleResolutionDownBy = 0, maxBitrate = 0 } of cam) {
        expect(scaleResolutionDownBy).toBeGreaterThanOrEqual(1);
        expect(maxBitrate).toBeGreaterThan(0);
        if (!active) continue;
        expect(Math.max(width, height) / scaleResolutionDownBy).toBeLessThanOrEqual(most + 1e-6);
      }
      // Layers are filled from the smallest on, and grow.
      const isActive = cam.map(({ active }) => active);
      expect(isActive).toEqual(isActive.toSorted((a, b) => Number(b) - Number(a)));
      const scales = cam.map(({ scaleResolutionDownBy = 0 }) => scaleResolutionDownBy);
      expect(scales).toEqual(scales.toSorted((a, b) => b - a));
    }),
  );
});
