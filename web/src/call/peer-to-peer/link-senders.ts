// What goes out to the other person: the senders of one's own four sections, each with its transform
// from the first, and none with a track before the worker has answered for it.
import type { ReadonlySignal } from '@preact/signals';
import { STREAM_SOURCES, type StreamSource, type ViewLayer } from '@sotto/signaling/protocol';
import type { Encryption } from '../encryption/encryption.ts';
import type { GuardedSender } from '../encryption/frame-guard.ts';
import { LimitedSenders } from '../limited-senders.ts';
import type { Carrier } from '../own-streams.ts';
import type { Preferences } from '../preferences.ts';
import { mimeTypeOf } from './link-layout.ts';

export interface LinkSendersDeps {
  readonly encryption: Pick<Encryption, 'attachSender' | 'maySend'>;
  readonly preferences: ReadonlySignal<Preferences>;
  /** Something is wrong with a sender: all of them are to be made anew, or not at all. */
  readonly onBroken: () => void;
}

interface Outgoing {
  readonly transceiver: RTCRtpTransceiver;
  readonly sender: RTCRtpSender;
  readonly guarded: GuardedSender;
  /** Undefined while the source is not sent. */
  track: MediaStreamTrack | null | undefined;
}

type SendingNow = Outgoing & { track: MediaStreamTrack };

const isSending = (outgoing: Outgoing): outgoing is SendingNow =>
  outgoing.track !== undefined && outgoing.track !== null;

export class LinkSenders implements Carrier {
  readonly takesNew = true;
  readonly #deps: LinkSendersDeps;
  readonly #limited: LimitedSenders;
  readonly #outgoing = new Map<StreamSource, Outgoing>();

  constructor(deps: LinkSendersDeps) {
    this.#deps = deps;
    this.#limited = new LimitedSenders({ path: 'p2p', preferences: deps.preferences });
  }

  /** Throws FrameError where it cannot be encrypted. */
  add(source: StreamSource, transceiver: RTCRtpTransceiver): void {
    const { sender } = transceiver;
    const guarded = this.#deps.encryption.attachSender(sender, source, mimeTypeOf(source), () => {
      this.stop(source);
      // A sender that leaked is not used again.
      this.#deps.onBroken();
    });
    this.#outgoing.set(source, { transceiver, sender, guarded, track: undefined });
  }

  carried(source: StreamSource): MediaStreamTrack | null | undefined {
    return this.#outgoing.get(source)?.track;
  }

  async produce(source: StreamSource, _on: boolean, track: MediaStreamTrack): Promise<void> {
    const outgoing = this.#outgoing.get(source);
    if (outgoing === undefined || !this.#deps.encryption.maySend(source)) {
      throw new Error(`${source} is not sent any more`);
    }
    try {
      await outgoing.guarded.ready;
      await outgoing.sender.replaceTrack(track);
    } catch (error) {
      this.#deps.onBroken();
      throw error;
    }
    outgoing.track = track;
    await this.#limited.carry(source, outgoing.sender, track);
  }

  async replace(source: StreamSource, track: MediaStreamTrack | null): Promise<void> {
    const outgoing = this.#outgoing.get(source);
    if (outgoing?.track === undefined) return;
    try {
      await outgoing.sender.replaceTrack(track);
    } catch {
      this.#deps.onBroken();
      return;
    }
    outgoing.track = track;
    await this.#limited.carry(source, outgoing.sender, track);
  }

  stop(source: StreamSource): void {
    const outgoing = this.#outgoing.get(source);
    if (outgoing === undefined) return;
    outgoing.track = undefined;
    // Rejects once the connection is closed: then nothing is sent either.
    outgoing.sender.replaceTrack(null).catch(() => undefined);
    this.#limited.drop(source);
  }

  want(source: StreamSource, layer: ViewLayer): void {
    this.#limited.want(source, layer);
  }

  /** Encoding that begins again begins with one. Never rejects. */
  async sendKeyFrame(source: StreamSource): Promise<void> {
    const outgoing = this.#outgoing.get(source);
    if (outgoing === undefined || !isSending(outgoing)) return;
    const { sender } = outgoing;
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) encoding.active = false;
    // Where it is refused the sender goes on as before, and the receiver asks again.
    await sender.setParameters(parameters).catch(() => undefined);
    // It may have been stopped, or have got another track, meanwhile.
    if (isSending(outgoing)) await this.#limited.carry(source, sender, outgoing.track);
  }

  /** For the statistics: what is sent in that media section. */
  sentIn(mid: string): StreamSource | undefined {
    return STREAM_SOURCES.find((source) => this.#outgoing.get(source)?.transceiver.mid === mid);
  }

  close(): void {
    this.#limited.close();
    for (const { guarded } of this.#outgoing.values()) guarded.detach();
    this.#outgoing.clear();
  }
}
