// What of the others is shown and heard, by which of the two ways, and whether all of it has come.
import {
  type PeerId,
  type PeerView,
  type ProducerId,
  STREAM_SOURCES,
  type StreamSource,
} from '@sotto/signaling/protocol';
import type { Clock } from '../signaling/clock.ts';
import { Arrivals } from './arrivals.ts';
import type { KeyState } from './call-state.ts';
import type { StreamOrigin } from './encryption/frame-guard.ts';
import { chooseWay, type Incoming, pathOf } from './incoming.ts';
import type { WantedLayers } from './media-view.ts';
import { type StreamKey, streamKey, type Tracks } from './remote-peers.ts';
import type { MediaPath } from './stats/call-details.ts';

export interface ShownStreamsDeps {
  readonly clock: Clock;
  readonly keyStateOf: (origin: StreamOrigin) => KeyState;
  readonly onArrived: () => void;
}

/** What there is to choose from. */
export interface Offered {
  readonly others: readonly PeerView[];
  readonly incoming: readonly Incoming[];
  /** Whose cameras are not received, though they have a tile: nothing is better than what stands still. */
  readonly withheld: ReadonlySet<PeerId>;
  readonly preferred: MediaPath;
  /** A link that is down brings nothing, whatever it has brought. */
  readonly isLinkUp: boolean;
  /** There are two ways, or there is to be another one. */
  readonly isMoving: boolean;
}

type Ways = ReadonlyMap<StreamKey, Partial<Record<MediaPath, Incoming>>>;

const NOTHING: Offered = {
  others: [],
  incoming: [],
  withheld: new Set(),
  preferred: 'sfu',
  isLinkUp: false,
  isMoving: false,
};

const producerOf = (
  others: readonly PeerView[],
  peerId: PeerId,
  source: StreamSource,
): ProducerId | undefined =>
  others.find((peer) => peer.peerId === peerId)?.streams[source].producerId;

/** What a media node says to be somebody's is so only if the record agrees. */
const waysOf = ({ others, incoming }: Offered): Ways => {
  const ways = new Map<StreamKey, Partial<Record<MediaPath, Incoming>>>();
  for (const one of incoming) {
    const { peerId, source, producerId } = one.origin;
    if (producerId !== null && producerOf(others, peerId, source) !== producerId) continue;
    const key = streamKey(peerId, source);
    ways.set(key, { ...ways.get(key), [pathOf(one.origin)]: one });
  }
  return ways;
};

const streamsOn = (
  others: readonly PeerView[],
): readonly { peerId: PeerId; source: StreamSource }[] =>
  others.flatMap(({ peerId, streams }) =>
    STREAM_SOURCES.filter((source) => streams[source].on).map((source) => ({ peerId, source })),
  );

export class ShownStreams {
  readonly #deps: ShownStreamsDeps;
  readonly #arrivals: Arrivals;
  #offered = NOTHING;
  #ways: Ways = new Map();
  #shown: ReadonlyMap<StreamKey, Incoming> = new Map();

  constructor(deps: ShownStreamsDeps) {
    this.#deps = deps;
    this.#arrivals = new Arrivals({
      clock: deps.clock,
      isOpened: ({ origin }) => deps.keyStateOf(origin) === 'ok',
      onArrived: deps.onArrived,
    });
  }

  get tracks(): Tracks {
    const { withheld } = this.#offered;
    const shown = [...this.#shown].filter(
      ([, { origin }]) => origin.source !== 'cam' || !withheld.has(origin.peerId),
    );
    return new Map(shown.map(([key, { track }]) => [key, track]));
  }

  /** Null for what nobody has begun to send. */
  keyState(peerId: PeerId, source: StreamSource): KeyState | null {
    const shown = this.#shown.get(streamKey(peerId, source));
    if (shown !== undefined) return this.#deps.keyStateOf(shown.origin);
    const producerId = producerOf(this.#offered.others, peerId, source);
    return producerId === undefined ? null : this.#deps.keyStateOf({ peerId, source, producerId });
  }

  /** Chooses anew; what moves is looked at until it has come. */
  update(offered: Offered): void {
    this.#offered = offered;
    this.#ways = waysOf(offered);
    const shown = new Map<StreamKey, Incoming>();
    for (const [key, { p2p, sfu }] of this.#ways) {
      const ways = { p2p, sfu, shown: this.#shown.get(key) };
      const chosen = chooseWay(offered.preferred, ways, (one) => this.#isHere(one));
      if (chosen !== undefined) shown.set(key, chosen);
    }
    this.#shown = shown;
    this.#forgetWhatEnded();
    const awaited = streamsOn(offered.others).flatMap(({ peerId, source }) =>
      Object.values(this.#ways.get(streamKey(peerId, source)) ?? {}),
    );
    this.#arrivals.await(offered.isMoving ? awaited : []);
  }

  /** All that they have on, and that is wanted, has come by this way. */
  hasArrived(path: MediaPath, from: PeerId | null, layer: WantedLayers): boolean {
    const theirs = this.#offered.others.filter(({ peerId }) => peerId === from);
    return streamsOn(theirs).every(({ peerId, source }) => {
      if (layer(peerId, source) === 'off') return true;
      const incoming = this.#ways.get(streamKey(peerId, source))?.[path];
      return incoming !== undefined && this.#isHere(incoming);
    });
  }

  close(): void {
    this.#arrivals.close();
    this.#shown = new Map();
  }

  /** What comes again after it was off, or after its link was down, has to come anew. */
  #forgetWhatEnded(): void {
    const { others, incoming, isLinkUp } = this.#offered;
    for (const one of incoming) {
      const { peerId, source } = one.origin;
      const isOn = others.find((peer) => peer.peerId === peerId)?.streams[source].on === true;
      if (!isOn || (pathOf(one.origin) === 'p2p' && !isLinkUp)) this.#arrivals.forget(one);
    }
  }

  #isHere(incoming: Incoming): boolean {
    const isDown = pathOf(incoming.origin) === 'p2p' && !this.#offered.isLinkUp;
    return !isDown && this.#arrivals.has(incoming);
  }
}
