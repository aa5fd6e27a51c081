// The own microphone and camera: opens and closes them, and keeps the list of devices and the meter.
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { CallState, Notice } from './call-state.ts';
import { CapturedDevice } from './captured-device.ts';
import { capture, type CapturedTracks, listDevices, type Wanted, watchDevices } from './capture.ts';
import { watchMicLevel } from './mic-level.ts';
import type { Preferences } from './preferences.ts';
import {
  isSameProcessing,
  processingOf,
  processSound,
  type SoundProcessing,
} from './sound-processing.ts';

export interface LocalMediaDeps {
  readonly state: CallState;
  readonly preferences: ReadonlySignal<Preferences>;
  readonly onNotice: (notice: Notice) => void;
}

export class LocalMedia {
  readonly mic: CapturedDevice;
  readonly cam: CapturedDevice;
  readonly #state: CallState;
  readonly #preferences: LocalMediaDeps['preferences'];
  /** What was asked for with each microphone; a browser may have done otherwise. */
  readonly #asked = new WeakMap<MediaStreamTrack, SoundProcessing>();
  /** The microphone as the meter has it. */
  readonly #metered = signal<MediaStreamTrack | null>(null);
  readonly #stops: readonly (() => void)[];
  #closed = false;

  constructor({ state, preferences, onNotice }: LocalMediaDeps) {
    this.#state = state;
    this.#preferences = preferences;
    const captureThem = (wanted: Wanted): Promise<CapturedTracks> => this.#capture(wanted);
    const onLost = (): void => onNotice('device-lost');
    this.mic = new CapturedDevice({
      kind: 'mic',
      slot: {
        on: state.micOn,
        track: state.micTrack,
        problem: state.micProblem,
        deviceId: state.microphoneId,
      },
      capture: captureThem,
      onLost,
    });
    this.cam = new CapturedDevice({
      kind: 'cam',
      slot: {
        on: state.camOn,
        track: state.camTrack,
        problem: state.camProblem,
        deviceId: state.cameraId,
      },
      capture: captureThem,
      onLost,
    });
    this.#stops = [
      watchDevices(() => void this.#refreshDevices()),
      effect(() => this.#process(state.micTrack.value, processingOf(preferences.value))),
      effect(() => {
        this.#metered.value = state.micTrack.value;
      }),
      effect(() => {
        const track = this.#metered.value;
        if (track === null) return undefined;
        return watchMicLevel(track, (level) => {
          state.micLevel.value = level;
        });
      }),
    ];
  }

  /** Opens what is wanted and not open, with one question to the person if it can be. Never rejects. */
  async open(): Promise<void> {
    const { mic, cam } = this;
    if (mic.isMissing && cam.isMissing) await this.#openBoth();
    else if (mic.isMissing) await mic.open(this.#state.microphoneId.value);
    else if (cam.isMissing) await cam.open(this.#state.cameraId.value);
    await this.#refreshDevices();
  }

  async #capture(wanted: Wanted): Promise<CapturedTracks> {
    const processing = processingOf(this.#preferences.peek());
    const tracks = await capture(wanted, processing);
    if (tracks.mic !== null) this.#asked.set(tracks.mic, processing);
    return tracks;
  }

  /** Once for each wish: a browser that does otherwise is not asked for ever. */
  #process(mic: MediaStreamTrack | null, wanted: SoundProcessing): void {
    if (mic === null || isSameProcessing(this.#asked.get(mic), wanted)) return;
    this.#asked.set(mic, wanted);
    void this.mic.adjust(async (track) => {
      const isDone = await processSound(track, wanted);
      // The meter's copy would keep the device open as it was.
      if (!isDone) this.#metered.value = null;
      return isDone;
    });
  }

  async #openBoth(): Promise<void> {
    const forMic = this.mic.ask();
    const forCam = this.cam.ask();
    try {
      const tracks = await this.#capture({
        mic: this.#state.microphoneId.value,
        cam: this.#state.cameraId.value,
      });
      forMic.give(tracks.mic);
      forCam.give(tracks.cam);
    } catch {
      // Either may be to blame: asked one by one, the other one still works.
      await this.mic.open(this.#state.microphoneId.value);
      await this.cam.open(this.#state.cameraId.value);
    }
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
    this.mic.close();
    this.cam.close();
  }

  async #refreshDevices(): Promise<void> {
    try {
      const devices = await listDevices();
      if (!this.#closed) this.#state.devices.value = devices;
    } catch {
      // No secure context: there are none.
    }
  }
}
