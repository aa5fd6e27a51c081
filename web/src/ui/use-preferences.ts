// Tells a call what the person prefers: before it asks for any device, and whenever it changes.
import { effect, untracked } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import type { Call } from '../call/call-state.ts';
import type { Preferences } from '../call/preferences.ts';
import { handOff } from './hand-off.ts';
import { preferencesOf } from './settings.ts';
import { useSettings } from './use-settings.ts';

const isSame = (a: Preferences, b: Preferences): boolean =>
  a.videoQuality === b.videoQuality &&
  a.bandwidthLimitKbps === b.bandwidthLimitKbps &&
  a.audioOnly === b.audioOnly &&
  a.echoCancellation === b.echoCancellation &&
  a.noiseSuppression === b.noiseSuppression &&
  a.autoGainControl === b.autoGainControl &&
  a.hideAddress === b.hideAddress;

export const usePreferences = (call: Call): void => {
  const { current } = useSettings();
  // A layout effect: the lobby below opens the devices in an ordinary one.
  useLayoutEffect(() => {
    let told: Preferences | null = null;
    const tell = (preferred: Preferences): void => {
      if (told !== null && isSame(told, preferred)) return;
      const wasAudioOnly = told?.audioOnly ?? false;
      told = preferred;
      call.prefer(preferred);
      // Only as it is turned on: who turns the camera on again afterwards wants to be seen.
      if (preferred.audioOnly && !wasAudioOnly) handOff(call.setCamera(false));
    };
    return effect(() => {
      const preferred = preferencesOf(current.value);
      untracked(() => tell(preferred));
    });
  }, [call, current]);
};
