// What goes out to the other person: the senders of one's own four sections, each with its transform
// from the first, and none with a track before the worker has answered for it.
import { STREAM_SOURCES, type StreamSource, type ViewLayer } from '@sotto/signaling/protocol';
import type { Encryption } from '../encryption/encryption.ts';
import type { GuardedSender } from '../encryption/frame-guard.ts';
import type { Carrier } from '../own-streams.ts';
import type { Preferences } from '../preferences.ts';
import { applyLimits } from '../send-encodings.ts';
import { sendLimits } from '../send-limits.ts';
import { mimeTypeOf } from './link-layout.ts';

export interface LinkSendersDeps {
  readonly encryption: Pick<Encryption, 'attachSender' | 'maySend'>;
  readonly preferences: () => Preferences;
}

interface Outgoing {
  readonly sender: RTCRtpSender;
  readonly guarded: GuardedSender;
  /** Undefined while the source is not sent. */
  track: MediaStreamTrack | null | undefined;
  /** How large the other shows it. */
  wanted: ViewLayer;
}

export class LinkSenders implements Carrier {
  readonly #deps: LinkSendersDeps;
  readonly #outgoing = new Map<StreamSource, Outgoing>();

  constructor(deps: LinkSendersDeps) {
    this.#deps = deps;
  }

  /** Throws FrameError where it cannot be encrypted. */
  add(source: StreamSource, sender: RTCRtpSender): void {
    const guarded = this.#deps.encryption.attachSender(sender, source, mimeTypeOf(source), () =>
      this.stop(source),
    );
    this.#outgoing.set(source, { sender, guarded, track: undefined, wanted: 2 });
  }

  carried(source: StreamSource): MediaStreamTrack | null | undefined {
    return this.#outgoing.get(source)?.track;
  }

  async produce(source: StreamSource, _on: boolean, track: MediaStreamTrack): Promise<void> {
    const outgoing = this.#outgoing.get(source);
    if (outgoing === undefined || !this.#deps.encryption.maySend(source)) {
      throw new Error(`${source} is not sent any more`);
    }
    await outgoing.guarded.ready;
    await outgoing.sender.replaceTrack(track);
    outgoing.track = track;
    this.limit();
  }

  async replace(source: StreamSource, track: MediaStreamTrack | null): Promise<void> {
    const outgoing = this.#outgoing.get(source);
    if (outgoing?.track === undefined) return;
    await outgoing.sender.replaceTrack(track);
    outgoing.track = track;
    this.limit();
  }

  stop(source: StreamSource): void {
    const outgoing = this.#outgoing.get(source);
    if (outgoing === undefined) return;
    outgoing.track = undefined;
    // Rejects once the connection is closed: then nothing is sent either.
    outgoing.sender.replaceTrack(null).catch(() => undefined);
    this.limit();
  }

  want(source: StreamSource, layer: ViewLayer): void {
    const outgoing = this.#outgoing.get(source);
    if (outgoing === undefined || outgoing.wanted === layer) return;
    outgoing.wanted = layer;
    this.limit();
  }

  /** After anything that bounds what is sent: the person's wishes, the other's, what there is to send. */
  limit(): void {
    for (const source of STREAM_SOURCES) void this.#limit(source);
  }

  /** Encoding that begins again begins with one. Never rejects. */
  async sendKeyFrame(source: StreamSource): Promise<void> {
    const { sender, track } = this.#outgoing.get(source) ?? {};
    if (sender === undefined || track === undefined || track === null) return;
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) encoding.active = false;
    // Where it is refused the sender goes on as before, and the receiver asks again.
    await sender.setParameters(parameters).catch(() => undefined);
    await this.#limit(source);
  }

  sourceOf(trackId: string): StreamSource | undefined {
    return STREAM_SOURCES.find((source) => this.#outgoing.get(source)?.track?.id === trackId);
  }

  close(): void {
    for (const { guarded } of this.#outgoing.values()) guarded.detach();
    this.#outgoing.clear();
  }

  /** Never rejects: a sender that has been stopped needs no limits. */
  async #limit(source: StreamSource): Promise<void> {
    const { sender, track, wanted } = this.#outgoing.get(source) ?? {};
    if (sender === undefined || track === undefined || track === null) return;
    const { width, height } = track.getSettings();
    const limits = sendLimits(source, 'p2p', {
      preferences: this.#deps.preferences(),
      size: width === undefined || height === undefined ? null : { width, height },
      isSharing: this.#outgoing.get('screen')?.track !== undefined,
      wantedLayer: wanted,
    });
    await applyLimits(sender, limits).catch(() => undefined);
  }
}
