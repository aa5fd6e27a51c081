// Plays what is heard: one audio element for each microphone and each shared screen with sound.
// They stay in the document: Chromium plays no remote track that no element holds.
import type { PeerId, PeerView } from '@sotto/signaling/protocol';
import { onNextGesture } from './gesture.ts';
import { type StreamKey, streamKey, type Tracks } from './remote-peers.ts';

type AudioSource = 'mic' | 'screenAudio';
const AUDIO_SOURCES = ['mic', 'screenAudio'] as const satisfies readonly AudioSource[];

interface Playing {
  readonly element: HTMLAudioElement;
  readonly track: MediaStreamTrack;
  /** The same voice as it came by another way: not cut off before this one is heard. */
  leaving: HTMLAudioElement | null;
}

interface Heard {
  readonly key: StreamKey;
  readonly peerId: PeerId;
  readonly source: AudioSource;
  readonly track: MediaStreamTrack;
}

const heardOf = (others: readonly PeerView[], tracks: Tracks): readonly Heard[] =>
  others.flatMap(({ peerId, streams }) =>
    // Who is shown as muted is not heard, whatever comes from them.
    AUDIO_SOURCES.filter((source) => streams[source].on).flatMap((source) => {
      const key = streamKey(peerId, source);
      const track = tracks.get(key);
      return track === undefined ? [] : { key, peerId, source, track };
    }),
  );

export class AudioPlayback {
  readonly #container = document.createElement('div');
  readonly #playing = new Map<StreamKey, Playing>();
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
    for (const [key, playing] of this.#playing) {
      if (keys.has(key)) continue;
      this.#playing.delete(key);
      this.#end(playing);
    }
    for (const one of heard) {
      const former = this.#playing.get(one.key);
      if (former?.track !== one.track) this.#start(one, former);
    }
  }

  /** Null is the system's choice. */
  useSpeaker(speakerId: string | null): void {
    this.#speakerId = speakerId;
    for (const { element } of this.#playing.values()) this.#route(element);
  }

  close(): void {
    for (const playing of this.#playing.values()) this.#end(playing);
    this.#playing.clear();
    this.#cancelGesture?.();
    this.#container.remove();
  }

  #start({ key, peerId, source, track }: Heard, former: Playing | undefined): void {
    const element = document.createElement('audio');
    element.dataset['testid'] = 'audio';
    element.dataset['peer'] = peerId;
    element.dataset['source'] = source;
    element.srcObject = new MediaStream([track]);
    this.#container.append(element);
    const leaving = former?.leaving ?? former?.element ?? null;
    if (former !== undefined && former.element !== leaving) this.#silence(former.element);
    const playing: Playing = { element, track, leaving };
    this.#playing.set(key, playing);
    element.addEventListener('playing', () => {
      if (playing.leaving !== null) this.#silence(playing.leaving);
      playing.leaving = null;
    });
    if (this.#speakerId !== null) this.#route(element);
    this.#play(element);
  }

  #end({ element, leaving }: Playing): void {
    this.#silence(element);
    if (leaving !== null) this.#silence(leaving);
  }

  #silence(element: HTMLAudioElement): void {
    element.pause();
    element.srcObject = null;
    element.remove();
    this.#blocked.delete(element);
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
