// The own screen: asks what to share, and ends when the page or the browser's own bar says so.
import { type Signal, signal } from '@preact/signals';
import type { CallState, Notice } from './call-state.ts';
import { CaptureError, captureScreen } from './capture.ts';

export interface ScreenShareDeps {
  readonly state: CallState;
  readonly onNotice: (notice: Notice) => void;
}

export class ScreenShare {
  /** What the shared tab or system plays, when the browser and the person gave it. */
  readonly audioTrack: Signal<MediaStreamTrack | null> = signal(null);
  readonly #state: CallState;
  readonly #onNotice: (notice: Notice) => void;
  #isAsking = false;
  #closed = false;

  constructor({ state, onNotice }: ScreenShareDeps) {
    this.#state = state;
    this.#onNotice = onNotice;
  }

  /** Shows once the person has picked something. */
  async start(): Promise<void> {
    if (this.#isAsking || this.#state.screenTrack.value !== null) return;
    this.#isAsking = true;
    try {
      const { video, audio } = await captureScreen();
      if (this.#closed) {
        video.stop();
        audio?.stop();
        return;
      }
      video.addEventListener('ended', () => {
        if (this.#state.screenTrack.value === video) this.stop();
      });
      this.#state.screenTrack.value = video;
      this.audioTrack.value = audio;
      this.#state.screenOn.value = true;
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      this.#onNotice('share-refused');
    } finally {
      this.#isAsking = false;
    }
  }

  stop(): void {
    this.stopAudio();
    this.#state.screenTrack.value?.stop();
    this.#state.screenOn.value = false;
    this.#state.screenTrack.value = null;
  }

  /** The picture goes on. */
  stopAudio(): void {
    this.audioTrack.value?.stop();
    this.audioTrack.value = null;
  }

  close(): void {
    this.#closed = true;
    this.stop();
  }
}
