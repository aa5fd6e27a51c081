// The media of one placement: both transports and what runs over them. A side whose way to the media
// node fails is built again; another placement gets another session, and this one may stay until all has
// come by that one.
import type { ReadonlySignal } from '@preact/signals';
import type { Direction } from '@sotto/signaling/protocol';
import type { Device, types } from 'mediasoup-client';
import type { Clock } from '../signaling/clock.ts';
import { isPassing, RequestError } from '../signaling/request-error.ts';
import type { Incoming } from './incoming.ts';
import type { Wish } from './media-view.ts';
import { MediaSide, type SideNews } from './media-side.ts';
import type { Network } from './network/network.ts';
import { DEFAULT_PREFERENCES, type Preferences } from './preferences.ts';
import { ReceiveMedia, type ReceiveMediaDeps } from './receive-media.ts';
import { SendMedia, type SendMediaDeps } from './send-media.ts';
import type { ConnectionReading } from './stats/stats-reading.ts';
import { openTransport, type Request } from './transport.ts';

export interface MediaSessionDeps {
  readonly request: Request;
  readonly device: Device;
  readonly network: Network;
  readonly placement: number;
  readonly encryption: SendMediaDeps['encryption'] & ReceiveMediaDeps['encryption'];
  readonly preferences: ReadonlySignal<Preferences>;
  readonly clock: Clock;
  readonly random: () => number;
  /** There is, or is no more, something to send over; tracks have come, or have gone. */
  readonly onChange: () => void;
  readonly onRebuilding: () => void;
}

export class MediaSession {
  readonly #deps: MediaSessionDeps;
  readonly #send: MediaSide<SendMedia>;
  readonly #receive: MediaSide<ReceiveMedia>;
  /** The id of the last transport of each side. */
  readonly #opened: Partial<Record<Direction, string>> = {};
  /** The room has moved on: nothing is asked any more, least of all what the server refuses. */
  #isKept = false;
  #wish: Wish = { others: [], tiles: [], preferences: DEFAULT_PREFERENCES };

  /** What is refused once the room has moved on changes nothing of what there is. */
  readonly #request: Request = (method, data) =>
    this.#isKept
      ? Promise.reject(new RequestError('stale-placement'))
      : this.#deps.request(method, data);

  constructor(deps: MediaSessionDeps) {
    this.#deps = deps;
    const { clock, random, onRebuilding } = deps;
    this.#send = new MediaSide({
      clock,
      random,
      onRebuilding,
      open: (news) => this.#openSend(news),
      onChange: () => deps.onChange(),
    });
    this.#receive = new MediaSide({
      clock,
      random,
      onRebuilding,
      open: (news) => this.#openReceive(news),
      onChange: (media) => {
        media?.update(this.#wish);
        deps.onChange();
      },
    });
  }

  get placement(): number {
    return this.#deps.placement;
  }

  /** What goes out over it; null while there is nothing to send over. */
  get sender(): SendMedia | null {
    return this.#send.media;
  }

  get received(): readonly Incoming[] {
    return this.#receive.media?.received ?? [];
  }

  want(wish: Wish): void {
    this.#wish = wish;
    this.#receive.media?.update(wish);
  }

  /** What goes out and comes in goes on for as long as it works. May be called twice. */
  keep(): void {
    this.#isKept = true;
    this.#send.keep();
    this.#receive.keep();
    this.#send.media?.keep();
    this.#receive.media?.keep();
  }

  /** For the statistics: of the sides that are open. */
  async read(): Promise<readonly ConnectionReading[]> {
    const open = [this.#send.media, this.#receive.media].filter((media) => media !== null);
    return Promise.all(open.map((media) => media.read()));
  }

  /** Idempotent, as both sides are. */
  close(): void {
    this.#send.close();
    this.#receive.close();
  }

  /** A side opens again only when what it had has failed. */
  async #openTransport(direction: Direction, news: SideNews): Promise<types.Transport> {
    const instead = this.#opened[direction];
    const deps = { ...this.#deps, ...news, request: this.#request, instead };
    const transport = await openTransport(deps, direction);
    this.#opened[direction] = transport.id;
    return transport;
  }

  async #openSend(news: SideNews): Promise<SendMedia> {
    const transport = await this.#openTransport('send', news);
    const { onFailed: onBroken } = news;
    return new SendMedia({ ...this.#deps, request: this.#request, transport, onBroken });
  }

  async #openReceive(news: SideNews): Promise<ReceiveMedia> {
    const { placement, encryption, onChange } = this.#deps;
    const transport = await this.#openTransport('receive', news);
    return new ReceiveMedia({
      transport,
      request: this.#request,
      placement,
      encryption,
      onTracks: onChange,
      onError: (error) => {
        if (!isPassing(error)) news.onFailed();
      },
    });
  }
}
