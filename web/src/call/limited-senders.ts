// The senders of one connection, each kept within its limits (send-limits.ts) whenever what the person
// prefers, the picture, what else is sent, or what the other side wants changes.
import { effect, type ReadonlySignal } from '@preact/signals';
import type { StreamSource, ViewLayer } from '@sotto/signaling/protocol';
import type { Preferences } from './preferences.ts';
import { applyLimits, type LimitedSender } from './send-encodings.ts';
import { type PictureSize, sendLimits } from './send-limits.ts';
import type { MediaPath } from './stats/call-details.ts';

export interface LimitedSendersDeps {
  readonly path: MediaPath;
  readonly preferences: ReadonlySignal<Preferences>;
}

interface Carried {
  readonly sender: LimitedSender;
  readonly track: MediaStreamTrack | null;
}

/** Firefox knows nothing of a picture that has not come yet. */
const sizeOf = (track: MediaStreamTrack | null): PictureSize | null => {
  const { width, height } = track?.getSettings() ?? {};
  return width === undefined || height === undefined ? null : { width, height };
};

export class LimitedSenders {
  readonly #deps: LimitedSendersDeps;
  readonly #carried = new Map<StreamSource, Carried>();
  readonly #wanted = new Map<StreamSource, ViewLayer>();
  readonly #stop: () => void;

  constructor(deps: LimitedSendersDeps) {
    this.#deps = deps;
    this.#stop = effect(() => {
      void deps.preferences.value;
      void this.#applyAll();
    });
  }

  /** Whatever the sender carries from now on; done before its first frame is as it should be. */
  async carry(
    source: StreamSource,
    sender: LimitedSender,
    track: MediaStreamTrack | null,
  ): Promise<void> {
    this.#carried.set(source, { sender, track });
    await this.#applyAll();
  }

  /** What the other side shows of it (peer to peer); before that, all. */
  want(source: StreamSource, layer: ViewLayer): void {
    if (this.#wanted.get(source) === layer) return;
    this.#wanted.set(source, layer);
    void this.#applyAll();
  }

  drop(source: StreamSource): void {
    if (this.#carried.delete(source)) void this.#applyAll();
  }

  /** May be called twice. */
  close(): void {
    this.#stop();
    this.#carried.clear();
  }

  /** All, since a screen takes from what the camera may have. Never rejects. */
  async #applyAll(): Promise<void> {
    const isSharing = (this.#carried.get('screen')?.track ?? null) !== null;
    const { path, preferences } = this.#deps;
    await Promise.allSettled(
      [...this.#carried].map(([source, { sender, track }]) =>
        // A sender that does not take them has been stopped.
        applyLimits(
          sender,
          sendLimits(source, path, {
            preferences: preferences.peek(),
            size: sizeOf(track),
            isSharing,
            wantedLayer: this.#wanted.get(source),
          }),
        ),
      ),
    );
  }
}
