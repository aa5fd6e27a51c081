// The microphone or the camera: on or off, and its track while it is open. A camera that is off is
// closed, so that its light goes out; a microphone that is muted stays open, to be back at once.
import type { Signal } from '@preact/signals';
import type { DeviceProblem } from './call-state.ts';
import { CaptureError, type CapturedTracks, type CaptureKind, type Wanted } from './capture.ts';

/** The signals of one device in the call's state. */
export interface DeviceSlot {
  readonly on: Signal<boolean>;
  readonly track: Signal<MediaStreamTrack | null>;
  readonly problem: Signal<DeviceProblem | null>;
  readonly deviceId: Signal<string | null>;
}

export interface CapturedDeviceDeps {
  readonly kind: CaptureKind;
  readonly slot: DeviceSlot;
  /** Asks the browser (capture.ts). */
  readonly capture: (wanted: Wanted) => Promise<CapturedTracks>;
  /** The device went away by itself, as when it is unplugged. */
  readonly onLost: () => void;
}

export class CapturedDevice {
  readonly #kind: CaptureKind;
  readonly #slot: DeviceSlot;
  readonly #capture: CapturedDeviceDeps['capture'];
  readonly #onLost: () => void;
  /** Counts what was asked for; an answer to an older question is thrown away. */
  #asked = 0;
  #closed = false;

  constructor({ kind, slot, capture, onLost }: CapturedDeviceDeps) {
    this.#kind = kind;
    this.#slot = slot;
    this.#capture = capture;
    this.#onLost = onLost;
  }

  /** Whether opening would change something: it is wanted, or had a problem that may be mended. */
  get isMissing(): boolean {
    const { on, track, problem } = this.#slot;
    return track.value === null && (on.value || problem.value !== null);
  }

  get #isServing(): boolean {
    return this.#slot.track.value?.readyState === 'live';
  }

  /** Shows at once; goes back to off with a problem when there is no device. Never rejects. */
  async turnOn(): Promise<void> {
    const { on, track } = this.#slot;
    on.value = true;
    if (track.value === null) await this.open(this.#slot.deviceId.value);
    else track.value.enabled = true;
  }

  turnOff(): void {
    const { on, track } = this.#slot;
    on.value = false;
    if (this.#kind === 'cam') this.release();
    else if (track.value !== null) track.value.enabled = false;
  }

  /** Takes another device; the one before stays when the new one is not to be had. Never rejects. */
  async choose(deviceId: string): Promise<void> {
    const { on, track, deviceId: current } = this.#slot;
    const before = { deviceId: current.value, track: track.value };
    current.value = deviceId;
    if (!on.value && before.track === null) return;
    await this.open(deviceId);
    if (track.value === before.track && current.value === deviceId) current.value = before.deviceId;
  }

  /**
   * Changes how the open device works: `apply` says whether it has. Where it has not, the device is
   * closed and opened anew: Chromium gives a second track of the same microphone the processing of the
   * first. The former track stays in place meanwhile, silent, so that nobody is told of it. Never
   * rejects.
   */
  async adjust(apply: (track: MediaStreamTrack) => Promise<boolean>): Promise<void> {
    const { track, deviceId } = this.#slot;
    const open = track.value;
    if (open === null || (await apply(open)) || track.value !== open || this.#closed) return;
    open.stop();
    await this.open(deviceId.value);
  }

  /** Never rejects. */
  async open(deviceId: string | null): Promise<void> {
    const ask = this.ask();
    try {
      ask.give(await this.#captureOr(deviceId));
    } catch (error) {
      ask.fail(error instanceof CaptureError ? error.problem : 'unknown');
    }
  }

  /** Any other device for one that is gone, as one remembered may be; unless one is open and serves. */
  async #captureOr(deviceId: string | null): Promise<MediaStreamTrack | null> {
    try {
      return (await this.#capture({ [this.#kind]: deviceId }))[this.#kind];
    } catch (error) {
      const isGone = error instanceof CaptureError && error.problem === 'missing';
      if (!isGone || deviceId === null || this.#isServing) throw error;
      return (await this.#capture({ [this.#kind]: null }))[this.#kind];
    }
  }

  /** For who captures both devices at once: where to bring the track, or why there is none. */
  ask(): {
    readonly give: (track: MediaStreamTrack | null) => void;
    readonly fail: (problem: DeviceProblem) => void;
  } {
    this.#asked += 1;
    const mine = this.#asked;
    const isLatest = (): boolean => mine === this.#asked && !this.#closed;
    return {
      give: (track) => {
        if (track === null) {
          if (isLatest()) this.#refuse('missing');
        } else if (isLatest()) this.#adopt(track);
        else track.stop();
      },
      fail: (problem) => {
        if (isLatest()) this.#refuse(problem);
      },
    };
  }

  /** Closes the device. */
  release(): void {
    this.#asked += 1;
    this.#slot.track.value?.stop();
    this.#slot.track.value = null;
  }

  close(): void {
    this.#closed = true;
    this.release();
  }

  #adopt(track: MediaStreamTrack): void {
    const { on, track: current, problem, deviceId } = this.#slot;
    const before = current.value;
    // Somebody who mended a problem wants what they asked for before.
    if (problem.value !== null) on.value = true;
    problem.value = null;
    deviceId.value = track.getSettings().deviceId ?? deviceId.value;
    track.enabled = on.value;
    // `ended` comes when the device goes away, not when `stop` is called.
    track.addEventListener('ended', () => this.#lose(track));
    current.value = track;
    before?.stop();
  }

  #refuse(problem: DeviceProblem): void {
    // The device that was open before is still there.
    if (this.#isServing) return;
    this.#slot.track.value = null;
    this.#slot.problem.value = problem;
    this.#slot.on.value = false;
  }

  #lose(track: MediaStreamTrack): void {
    const { on, track: current, deviceId } = this.#slot;
    if (current.value !== track) return;
    current.value = null;
    deviceId.value = null;
    this.#onLost();
    // Another device of the kind may be there.
    if (on.value) void this.open(null);
  }
}
