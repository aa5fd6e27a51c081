// Plays what is heard: one audio element for each microphone and each shared screen with sound.
// They stay in the document: Chromium plays no remote track that no element holds.
import type { PeerId, PeerView } from '@sotto/signaling/protocol';
import { onNextGesture } from './gesture.ts';
import type { Tracks } from './remote-peers.ts';

type AudioSource = 'mic' | 'screenAudio';
const AUDIO_SOURCES = ['mic', 'screenAudio'] as const satisfies readonly AudioSource[];

interface Playing {
  readonly element: HTMLAudioElement;
  readonly track: MediaStreamTrack;
}

interface Heard {
  readonly key: string;
  readonly peerId: PeerId;
  readonly source: AudioSource;
  readonly track: MediaStreamTrack;
}

const heardOf = (others: readonly PeerView[], tracks: Tracks): readonly Heard[] =>
  others.flatMap(({ peerId, streams }) =>
    AUDIO_SOURCES.flatMap((source) => {
      const { producerId } = streams[source];
      const track = producerId === undefined ? undefined : tracks.get(producerId);
      return track === undefined ? [] : { key: `${peerId} ${source}`, peerId, source, track };
    }),
  );

export class AudioPlayback {
  readonly #container = document.createElement('div');
  readonly #playing = new Map<string, Playing>();
  readonly #blocked = new Set<HTMLAudioElement>();
  #cancelGesture: (() => void) | null = null;
  #speakerId: string | null = null;

  constructor() {
    this.#container.hidden = true;
    document.body.append(this.#container);
  }

  update(others: readonly PeerView[], tracks: Tracks): void {
    const heard = heardOf(others, tracks);
    const keys = new Set(heard.map(({ key }) => key));
    for (const key of this.#playing.keys()) if (!keys.has(key)) this.#stop(key);
    for (const one of heard) {
      if (this.#playing.get(one.key)?.track === one.track) continue;
      this.#stop(one.key);
      this.#start(one);
    }
  }

  /** Null is the system's choice. */
  useSpeaker(speakerId: string | null): void {
    this.#speakerId = speakerId;
    for (const { element } of this.#playing.values()) this.#route(element);
  }

  close(): void {
    for (const key of this.#playing.keys()) this.#stop(key);
    this.#cancelGesture?.();
    this.#container.remove();
  }

  #start({ key, peerId, source, track }: Heard): void {
    const element = document.createElement('audio');
    element.dataset['testid'] = 'audio';
    element.dataset['peer'] = peerId;
    element.dataset['source'] = source;
    element.srcObject = new MediaStream([track]);
    this.#container.append(element);
    this.#playing.set(key, { element, track });
    if (this.#speakerId !== null) this.#route(element);
    this.#play(element);
  }

  #stop(key: string): void {
    const element = this.#playing.get(key)?.element;
    if (element === undefined) return;
    element.pause();
    element.srcObject = null;
    element.remove();
    this.#blocked.delete(element);
    this.#playing.delete(key);
  }

  #play(element: HTMLAudioElement): void {
    element.play().catch((error: unknown) => {
      // AbortError: it was taken away before it began.
      if (!(error instanceof Error) || error.name !== 'NotAllowedError') return;
      this.#blocked.add(element);
      this.#cancelGesture ??= onNextGesture(() => {
        this.#cancelGesture = null;
        const waiting = [...this.#blocked];
        this.#blocked.clear();
        for (const one of waiting) this.#play(one);
      });
    });
  }

  #route(element: HTMLAudioElement): void {
    if (!('setSinkId' in element)) return;
    // Refused when the speaker is gone: the system's choice goes on.
    element.setSinkId(this.#speakerId ?? '').catch(() => undefined);
  }
}
