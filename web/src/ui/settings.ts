// What this device remembers between visits: the name, and nothing else.
import { DisplayName } from '@sotto/signaling/protocol';
import * as z from 'zod/mini';

const KEY = 'sotto.settings';

const Settings = z.object({ name: DisplayName });
export type Settings = Readonly<z.infer<typeof Settings>>;

const DEFAULTS: Settings = { name: '' };

/** Storage may be forbidden or hold anything; then the defaults serve. */
export const readSettings = (storage: () => Storage = () => localStorage): Settings => {
  try {
    const parsed = Settings.safeParse(JSON.parse(storage().getItem(KEY) ?? '{}'));
    return parsed.success ? parsed.data : DEFAULTS;
  } catch {
    return DEFAULTS;
  }
};

export const saveSettings = (
  settings: Settings,
  storage: () => Storage = () => localStorage,
): void => {
  try {
    storage().setItem(KEY, JSON.stringify(settings));
  } catch {
    // Private windows may refuse: then the name is asked for again next time.
  }
};
