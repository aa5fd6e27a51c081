// Shows the theme that was chosen: on the document, for the styles, and in the browser's own bars.
import { useSignalEffect } from '@preact/signals';
import type { SettingsStore, Theme } from './settings.ts';

/** The two colours in index.html are for the system's schemes; a chosen theme takes one of them. */
const barMedia = (theme: Theme, scheme: Theme): string => {
  if (theme === 'system') return `(prefers-color-scheme: ${scheme})`;
  return theme === scheme ? 'all' : 'not all';
};

export const useTheme = (settings: SettingsStore): void => {
  useSignalEffect(() => {
    const { theme } = settings.current.value;
    document.documentElement.dataset['theme'] = theme;
    for (const scheme of ['light', 'dark'] as const) {
      document
        .querySelector(`meta[name="theme-color"][data-scheme="${scheme}"]`)
        ?.setAttribute('media', barMedia(theme, scheme));
    }
  });
};
