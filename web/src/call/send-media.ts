// What goes out to the media node: one producer for each source, over one transport.
import type { ReadonlySignal } from '@preact/signals';
import { RtpParameters, StreamSource } from '@sotto/signaling/protocol';
import type { Device, types } from 'mediasoup-client';
import * as z from 'zod/mini';
import type { Encryption } from './encryption/encryption.ts';
import type { GuardedSender } from './encryption/frame-guard.ts';
import { LimitedSenders } from './limited-senders.ts';
import type { Carrier } from './own-streams.ts';
import type { Preferences } from './preferences.ts';
import { sendEncoding } from './send-encodings.ts';
import type { ConnectionReading } from './stats/stats-reading.ts';
import type { Request } from './transport.ts';

export interface SendMediaDeps {
  readonly transport: types.Transport;
  readonly device: Device;
  readonly request: Request;
  readonly placement: number;
  readonly encryption: Pick<Encryption, 'attachSender' | 'maySend'>;
  readonly preferences: ReadonlySignal<Preferences>;
  /** The transport is of no use any more. */
  readonly onBroken: () => void;
}

interface Sent {
  readonly producer: types.Producer;
  readonly guarded: GuardedSender;
}

/** What `produce` of mediasoup-client hands through to our own handler. */
const AppData = z.object({ source: StreamSource, on: z.boolean() });

export class SendMedia implements Carrier {
  readonly #transport: types.Transport;
  readonly #device: Device;
  readonly #encryption: SendMediaDeps['encryption'];
  readonly #onBroken: () => void;
  readonly #limited: LimitedSenders;
  readonly #sent = new Map<StreamSource, Sent>();
  #isKept = false;

  constructor(deps: SendMediaDeps) {
    const { transport, device, request, placement } = deps;
    this.#transport = transport;
    this.#device = device;
    this.#encryption = deps.encryption;
    this.#onBroken = deps.onBroken;
    this.#limited = new LimitedSenders({ path: 'sfu', preferences: deps.preferences });
    transport.on('produce', ({ rtpParameters, appData }, accept, refuse) => {
      const { source, on } = AppData.parse(appData);
      request('produce', {
        source,
        on,
        placement,
        rtpParameters: RtpParameters.parse(rtpParameters),
      }).then(({ producerId }) => accept({ id: producerId }), refuse);
    });
  }

  get takesNew(): boolean {
    return !this.#isKept;
  }

  /** What is sent goes on, and nothing is sent besides. */
  keep(): void {
    this.#isKept = true;
  }

  /** The track that the source sends; null when it sends none, undefined without a producer. */
  carried(source: StreamSource): MediaStreamTrack | null | undefined {
    return this.#sent.get(source)?.producer.track;
  }

  /** Rejects with RequestError, FrameError, or what the browser threw; then nothing is sent. */
  async produce(source: StreamSource, on: boolean, track: MediaStreamTrack): Promise<void> {
    if (!this.#encryption.maySend(source)) throw new Error(`${source} is not sent any more`);
    const codec = this.#codec(track.kind);
    const attaching: { guarded?: GuardedSender; failed?: true } = {};
    const onRtpSender = (sender: RTCRtpSender): void => {
      // Nothing to send until the worker has answered: above all where the next line throws.
      void sender.replaceTrack(null);
      attaching.failed = true;
      attaching.guarded = this.#encryption.attachSender(sender, source, codec.mimeType, () => {
        void sender.replaceTrack(null);
        this.stop(source);
      });
      delete attaching.failed;
    };
    try {
      const producer = await this.#transport.produce({
        ...sendEncoding(source, 'sfu'),
        codec,
        track,
        appData: { source, on },
        // The page decides when a track ends and what is muted.
        stopTracks: false,
        disableTrackOnPause: false,
        onRtpSender,
      });
      const { guarded } = attaching;
      if (guarded === undefined) throw new Error('a sender was made without its transform');
      this.#sent.set(source, { producer, guarded });
      const { rtpSender } = producer;
      if (rtpSender !== undefined) await this.#limited.carry(source, rtpSender, track);
      await guarded.ready;
      await rtpSender?.replaceTrack(track);
    } catch (error) {
      this.stop(source);
      attaching.guarded?.detach();
      // What the attempt left in the connection is not to be built upon.
      if (attaching.failed) this.#onBroken();
      throw error;
    }
  }

  async replace(source: StreamSource, track: MediaStreamTrack | null): Promise<void> {
    const producer = this.#sent.get(source)?.producer;
    if (producer?.rtpSender !== undefined) {
      await this.#limited.carry(source, producer.rtpSender, track);
    }
    await producer?.replaceTrack({ track });
  }

  stop(source: StreamSource): void {
    const sent = this.#sent.get(source);
    this.#sent.delete(source);
    this.#limited.drop(source);
    sent?.producer.close();
    sent?.guarded.detach();
  }

  /** For the statistics. Rejects once closed. */
  async read(): Promise<ConnectionReading> {
    const sources = new Map(
      [...this.#sent].map(([source, { producer }]) => [producer.rtpParameters.mid, source]),
    );
    return {
      id: this.#transport.id,
      path: 'sfu',
      direction: 'send',
      state: this.#transport.connectionState,
      isUsed: this.#sent.size > 0,
      report: await this.#transport.getStats(),
      sentIn: (mid) => sources.get(mid),
    };
  }

  close(): void {
    this.#limited.close();
    this.#transport.close();
    for (const { guarded } of this.#sent.values()) guarded.detach();
    this.#sent.clear();
  }

  /** The two that have a tested way of being encrypted; VP8 is what send-encodings.ts is for. */
  #codec(kind: string): types.RtpCodecCapability {
    const wanted = kind === 'audio' ? 'audio/opus' : 'video/vp8';
    const codec = this.#device.sendRtpCapabilities.codecs?.find(
      ({ mimeType }) => mimeType.toLowerCase() === wanted,
    );
    if (codec === undefined) throw new Error(`the server does not offer ${wanted}`);
    return codec;
  }
}
