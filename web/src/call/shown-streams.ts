// What of the others is shown and heard, by which of the ways it comes, and whether all of it has come.
import {
  type PeerId,
  type PeerView,
  STREAM_SOURCES,
  type StreamSource,
} from '@sotto/signaling/protocol';
import type { Clock } from '../signaling/clock.ts';
import { Arrivals } from './arrivals.ts';
import type { KeyState } from './call-state.ts';
import type { StreamOrigin } from './encryption/frame-guard.ts';
import { type ByWay, chooseWay, type Incoming, type Way, type Ways } from './incoming.ts';
import type { WantedLayers } from './media-view.ts';
import { type StreamKey, streamKey, type Tracks } from './remote-peers.ts';
import type { MediaPath } from './stats/call-details.ts';

export interface ShownStreamsDeps {
  readonly clock: Clock;
  readonly keyStateOf: (origin: StreamOrigin) => KeyState | null;
  readonly onArrived: () => void;
}

/** What there is to choose from. */
export interface Offered {
  readonly others: readonly PeerView[];
  readonly incoming: ByWay;
  /** Whose cameras are not received, though they have a tile: nothing is better than what stands still. */
  readonly withheld: ReadonlySet<PeerId>;
  readonly preferred: MediaPath;
  /** A link that is down brings nothing, whatever it has brought. */
  readonly isLinkUp: boolean;
  /** There are two ways, or there is to be another one. */
  readonly isMoving: boolean;
}

const NOTHING: Offered = {
  others: [],
  incoming: { p2p: [], sfu: [], former: [] },
  withheld: new Set(),
  preferred: 'sfu',
  isLinkUp: false,
  isMoving: false,
};

const streamOf = (others: readonly PeerView[], { peerId, source }: StreamOrigin) =>
  others.find((peer) => peer.peerId === peerId)?.streams[source];

/** A share that has ended begins anew elsewhere; a camera or a microphone may come again as it was. */
const hasEnded = (others: readonly PeerView[], origin: StreamOrigin): boolean => {
  const isShare = origin.source === 'screen' || origin.source === 'screenAudio';
  return isShare && streamOf(others, origin)?.on !== true;
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
  #ways: ReadonlyMap<StreamKey, Ways> = new Map();
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

  /** Null for what nothing has come of. */
  keyState(peerId: PeerId, source: StreamSource): KeyState | null {
    const shown = this.#shown.get(streamKey(peerId, source));
    if (shown !== undefined) return this.#deps.keyStateOf(shown.origin);
    const origin = { peerId, source, producerId: null };
    const producerId = streamOf(this.#offered.others, origin)?.producerId;
    return producerId === undefined ? null : this.#deps.keyStateOf({ ...origin, producerId });
  }

  /** Chooses anew; what moves is looked at until it has come. */
  update(offered: Offered): void {
    this.#offered = offered;
    this.#ways = this.#waysOf(offered);
    const shown = new Map<StreamKey, Incoming>();
    for (const [key, ways] of this.#ways) {
      const chosen = chooseWay(offered.preferred, ways, this.#shown.get(key), (one) =>
        this.#isHere(one),
      );
      if (chosen !== undefined) shown.set(key, chosen);
    }
    this.#shown = shown;
    this.#forgetWhatEnded();
    const awaited = streamsOn(offered.others).flatMap(({ peerId, source }) =>
      Object.values(this.#ways.get(streamKey(peerId, source)) ?? {}),
    );
    this.#arrivals.await(offered.isMoving ? awaited : []);
  }

  /** All that these have on, and that is wanted, has come by this way. */
  hasArrived(way: Way, from: readonly PeerView[], layer: WantedLayers): boolean {
    return this.missing(way, from, layer).length === 0;
  }

  /** What these have on, and is wanted, and has not come by this way. */
  missing(way: Way, from: readonly PeerView[], layer: WantedLayers): readonly StreamKey[] {
    return streamsOn(from)
      .filter(({ peerId, source }) => layer(peerId, source) !== 'off')
      .map(({ peerId, source }) => streamKey(peerId, source))
      .filter((key) => {
        const incoming = this.#ways.get(key)?.[way];
        return incoming === undefined || !this.#isHere(incoming);
      });
  }

  close(): void {
    this.#arrivals.close();
    this.#shown = new Map();
  }

  #waysOf({ others, incoming }: Offered): ReadonlyMap<StreamKey, Ways> {
    const ways = new Map<StreamKey, Ways>();
    for (const way of ['p2p', 'sfu', 'former'] as const) {
      for (const one of incoming[way]) {
        if (!this.#isTheirs(way, one, others)) continue;
        const key = streamKey(one.origin.peerId, one.origin.source);
        ways.set(key, { ...ways.get(key), [way]: one });
      }
    }
    return ways;
  }

  /**
   * What a media node says to be somebody's is so only if the record agrees. Of the former placement the
   * record knows nothing any more: what it agreed with until then.
   */
  #isTheirs(way: Way, one: Incoming, others: readonly PeerView[]): boolean {
    const { origin } = one;
    switch (way) {
      case 'p2p':
        return true;
      case 'sfu':
        return streamOf(others, origin)?.producerId === origin.producerId;
      case 'former': {
        const before = this.#ways.get(streamKey(origin.peerId, origin.source));
        return (before?.sfu === one || before?.former === one) && !hasEnded(others, origin);
      }
    }
  }

  /** What comes again after it was off, or after its link was down, has to come anew. */
  #forgetWhatEnded(): void {
    const { others, incoming, isLinkUp } = this.#offered;
    for (const one of Object.values(incoming).flat()) {
      const isOn = streamOf(others, one.origin)?.on === true;
      if (!isOn || (one.origin.producerId === null && !isLinkUp)) this.#arrivals.forget(one);
    }
  }

  #isHere(incoming: Incoming): boolean {
    const isDown = incoming.origin.producerId === null && !this.#offered.isLinkUp;
    return !isDown && this.#arrivals.has(incoming);
  }
}
