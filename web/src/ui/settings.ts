// What this device remembers between visits: the name, the chosen devices, mirror and theme. Nothing
// else is stored.
import { type ReadonlySignal, signal } from '@preact/signals';
import * as z from 'zod/mini';
import { catch as orElse } from 'zod/mini';
import { isDisplayName } from '../call/encryption/display-name.ts';

const KEY = 'sotto.settings';

export const THEMES = ['system', 'light', 'dark'] as const;

const DeviceId = orElse(z.nullable(z.string().check(z.minLength(1), z.maxLength(200))), null);

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
});
export type Settings = Readonly<z.infer<typeof Settings>>;
export type Theme = Settings['theme'];

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
