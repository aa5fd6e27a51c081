// The device's settings, for every view below app.tsx.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { SettingsStore } from './settings.ts';

export const SettingsContext = createContext<SettingsStore | null>(null);

export const useSettings = (): SettingsStore => {
  const settings = useContext(SettingsContext);
  if (settings === null) throw new Error('there are no settings above this view');
  return settings;
};
