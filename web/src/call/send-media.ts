// What goes out to the media node: one producer for each source, over one transport.
import { RtpParameters, StreamSource } from '@sotto/signaling/protocol';
import type { Device, types } from 'mediasoup-client';
import * as z from 'zod/mini';
import { sendEncoding } from './send-encodings.ts';
import type { Request } from './transport.ts';

export interface SendMediaDeps {
  readonly transport: types.Transport;
  readonly device: Device;
  readonly request: Request;
  readonly placement: number;
}

/** What `produce` of mediasoup-client hands through to our own handler. */
const AppData = z.object({ source: StreamSource, on: z.boolean() });

export class SendMedia {
  readonly #transport: types.Transport;
  readonly #device: Device;
  readonly #producers = new Map<StreamSource, types.Producer>();

  constructor({ transport, device, request, placement }: SendMediaDeps) {
    this.#transport = transport;
    this.#device = device;
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

  /** The track that the source sends; null when it sends none, undefined without a producer. */
  carried(source: StreamSource): MediaStreamTrack | null | undefined {
    return this.#producers.get(source)?.track;
  }

  /** Rejects with RequestError, or with what the browser threw. */
  async produce(source: StreamSource, on: boolean, track: MediaStreamTrack): Promise<void> {
    const producer = await this.#transport.produce({
      ...sendEncoding(source),
      ...this.#codec(track),
      track,
      appData: { source, on },
      // The page decides when a track ends and what is muted.
      stopTracks: false,
      disableTrackOnPause: false,
    });
    this.#producers.set(source, producer);
  }

  async replace(source: StreamSource, track: MediaStreamTrack | null): Promise<void> {
    await this.#producers.get(source)?.replaceTrack({ track });
  }

  stop(source: StreamSource): void {
    this.#producers.get(source)?.close();
    this.#producers.delete(source);
  }

  close(): void {
    this.#transport.close();
    this.#producers.clear();
  }

  /** VP8 is what the simulcast of send-encodings.ts is for. */
  #codec({ kind }: MediaStreamTrack): { readonly codec?: types.RtpCodecCapability } {
    if (kind === 'audio') return {};
    const codec = this.#device.sendRtpCapabilities.codecs?.find(
      ({ mimeType }) => mimeType.toLowerCase() === 'video/vp8',
    );
    return codec === undefined ? {} : { codec };
  }
}
