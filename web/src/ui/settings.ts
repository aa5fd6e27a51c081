// What this device remembers between visits: the name, the chosen devices, mirror and theme, and what
// one prefers of sound, picture and network. Nothing else is stored.
import { type ReadonlySignal, signal } from '@preact/signals';
import * as z from 'zod/mini';
import { catch as orElse } from 'zod/mini';
import { isDisplayName } from '../call/encryption/display-name.ts';
import {
  BANDWIDTH_LIMITS_KBPS,
  DEFAULT_PREFERENCES,
  type Preferences,
  VIDEO_QUALITIES,
} from '../call/preferences.ts';

const KEY = 'sotto.settings';

export const THEMES = ['system', 'light', 'dark'] as const;

const DeviceId = orElse(z.nullable(z.string().check(z.minLength(1), z.maxLength(200))), null);

const preferred = DEFAULT_PREFERENCES;

/** Each by itself: one that cannot be read does not spoil the others. */
const Settings = z.object({
  name: orElse(z.string().check(z.refine((name) => name === '' || isDisplayName(name))), ''),
  /** Null: whatever the browser takes. */
  microphoneId: DeviceId,
  cameraId: DeviceId,
  speakerId: DeviceId,
  /** One's own picture, as in a mirror. */
  mirror: orElse(z.boolean(), true),
  /** Of the screens outside a call. */
  theme: orElse(z.enum(THEMES), 'system'),
  videoQuality: orElse(z.enum(VIDEO_QUALITIES), preferred.videoQuality),
  bandwidthLimitKbps: orElse(
    z.nullable(z.literal([...BANDWIDTH_LIMITS_KBPS])),
    preferred.bandwidthLimitKbps,
  ),
  audioOnly: orElse(z.boolean(), preferred.audioOnly),
  echoCancellation: orElse(z.boolean(), preferred.echoCancellation),
  noiseSuppression: orElse(z.boolean(), preferred.noiseSuppression),
  autoGainControl: orElse(z.boolean(), preferred.autoGainControl),
  hideAddress: orElse(z.boolean(), preferred.hideAddress),
});
export type Settings = Readonly<z.infer<typeof Settings>>;
export type Theme = Settings['theme'];

/** The part that a call is told of. */
export const preferencesOf = (settings: Settings): Preferences => ({
  videoQuality: settings.videoQuality,
  bandwidthLimitKbps: settings.bandwidthLimitKbps,
  audioOnly: settings.audioOnly,
  echoCancellation: settings.echoCancellation,
  noiseSuppression: settings.noiseSuppression,
  autoGainControl: settings.autoGainControl,
  hideAddress: settings.hideAddress,
});

export interface SettingsStore {
  readonly current: ReadonlySignal<Settings>;
  /** Shows at once, and is kept. */
  readonly change: (part: Partial<Settings>) => void;
}

/** Storage may be forbidden or hold anything; then the defaults serve. */
const read = (storage: () => Storage): Settings => {
  try {
    const parsed = Settings.safeParse(JSON.parse(storage().getItem(KEY) ?? '{}'));
    if (parsed.success) return parsed.data;
  } catch {
    // The same as nothing.
  }
  return Settings.parse({});
};

export const openSettings = (storage: () => Storage = () => localStorage): SettingsStore => {
  const current = signal(read(storage));
  return {
    current,
    change: (part) => {
      current.value = { ...current.value, ...part };
      try {
        storage().setItem(KEY, JSON.stringify(current.value));
      } catch {
        // Private windows may refuse: then it is asked for again next time.
      }
    },
  };
};
