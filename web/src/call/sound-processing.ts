// What the browser does to the microphone's sound before it is sent: echo, noise and gain.
import type { Preferences } from './preferences.ts';

export type SoundProcessing = Pick<
  Preferences,
  'echoCancellation' | 'noiseSuppression' | 'autoGainControl'
>;

const MEMBERS = ['echoCancellation', 'noiseSuppression', 'autoGainControl'] as const;

export const processingOf = ({
  echoCancellation,
  noiseSuppression,
  autoGainControl,
}: SoundProcessing): SoundProcessing => ({ echoCancellation, noiseSuppression, autoGainControl });

export const isSameProcessing = (a: SoundProcessing | undefined, b: SoundProcessing): boolean =>
  MEMBERS.every((member) => a?.[member] === b[member]);

/** Whether another try would change nothing: it is so, or this device or browser cannot do it. */
const isSettled = (track: MediaStreamTrack, wanted: SoundProcessing): boolean => {
  const settings = track.getSettings();
  // Firefox below 132 does not say.
  const capabilities: MediaTrackCapabilities =
    'getCapabilities' in track ? track.getCapabilities() : {};
  return MEMBERS.every((member) => {
    const choices = capabilities[member];
    return settings[member] === wanted[member] || choices?.includes(wanted[member]) === false;
  });
};

/** False where the device has to be opened anew for it, as in Chromium. Never rejects. */
export const processSound = async (
  track: MediaStreamTrack,
  wanted: SoundProcessing,
): Promise<boolean> => {
  if (isSettled(track, wanted)) return true;
  try {
    await track.applyConstraints(wanted);
  } catch {
    return false;
  }
  return isSettled(track, wanted);
};
