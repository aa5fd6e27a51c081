// Asks the browser for microphones, cameras and screens.
import type { DeviceProblem, LocalDevices } from './call-state.ts';
import { deviceProblemOf } from './device-problem.ts';
import type { SoundProcessing } from './sound-processing.ts';

export type CaptureKind = 'mic' | 'cam';

/** What was chosen; null leaves it to the browser. */
export type Wanted = Readonly<Partial<Record<CaptureKind, string | null>>>;

export type CapturedTracks = Readonly<Record<CaptureKind, MediaStreamTrack | null>>;

export class CaptureError extends Error {
  readonly problem: DeviceProblem;

  constructor(problem: DeviceProblem) {
    super(`no device: ${problem}`);
    this.name = 'CaptureError';
    this.problem = problem;
  }
}

const chosen = (deviceId: string | null): MediaTrackConstraints =>
  deviceId === null ? {} : { deviceId: { exact: deviceId } };

const micConstraints = (
  deviceId: string | null,
  processing: SoundProcessing,
): MediaTrackConstraints => ({ ...chosen(deviceId), ...processing });

const camConstraints = (deviceId: string | null): MediaTrackConstraints => ({
  ...chosen(deviceId),
  width: { ideal: 1280 },
  height: { ideal: 720 },
});

/** On a page without a secure context browsers leave `mediaDevices` out. */
const mediaDevices = (): MediaDevices => {
  if (!window.isSecureContext || !('mediaDevices' in navigator)) {
    throw new CaptureError('insecure-context');
  }
  return navigator.mediaDevices;
};

/** One permission prompt for all that is asked for. Rejects with CaptureError. */
export const capture = async (
  wanted: Wanted,
  processing: SoundProcessing,
): Promise<CapturedTracks> => {
  const devices = mediaDevices();
  try {
    const stream = await devices.getUserMedia({
      audio: wanted.mic === undefined ? false : micConstraints(wanted.mic, processing),
      video: wanted.cam === undefined ? false : camConstraints(wanted.cam),
    });
    return { mic: stream.getAudioTracks()[0] ?? null, cam: stream.getVideoTracks()[0] ?? null };
  } catch (error) {
    throw new CaptureError(deviceProblemOf(error));
  }
};

export interface ScreenCapture {
  readonly video: MediaStreamTrack;
  readonly audio: MediaStreamTrack | null;
}

/** Rejects with CaptureError; `denied` also when the person closed the picker. */
export const captureScreen = async (): Promise<ScreenCapture> => {
  const devices = mediaDevices();
  try {
    const stream = await devices.getDisplayMedia({
      video: { frameRate: { max: 30 } },
      audio: true,
    });
    const [video] = stream.getVideoTracks();
    if (video === undefined) throw new CaptureError('missing');
    // Text must stay legible: rather fewer frames than fewer pixels.
    video.contentHint = 'detail';
    return { video, audio: stream.getAudioTracks()[0] ?? null };
  } catch (error) {
    throw error instanceof CaptureError ? error : new CaptureError(deviceProblemOf(error));
  }
};

/** Without permission browsers give neither names nor ids: those are left out. */
export const listDevices = async (): Promise<LocalDevices> => {
  const all = await mediaDevices().enumerateDevices();
  const ofKind = (kind: MediaDeviceKind): readonly MediaDeviceInfo[] =>
    all.filter((device) => device.kind === kind && device.deviceId !== '');
  return {
    microphones: ofKind('audioinput'),
    cameras: ofKind('videoinput'),
    speakers: ofKind('audiooutput'),
  };
};

/** The answer ends it. */
export const watchDevices = (onChange: () => void): (() => void) => {
  if (!('mediaDevices' in navigator)) return () => undefined;
  const ended = new AbortController();
  navigator.mediaDevices.addEventListener('devicechange', onChange, { signal: ended.signal });
  return () => ended.abort();
};
