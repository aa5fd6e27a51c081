// The part of a room that is on one worker of this node: a router, who speaks there, and the pipes by which
// the streams of the room's other shards come in. Open from the moment that its router is there.
import type { types } from 'mediasoup';
import { watchAudioLevels, type AudioLevels, type AudioLevelWatch } from './audio-levels.ts';
import { mediaCodecs } from './codecs.ts';
import { notFound } from './media-errors.ts';
import type { RoomProducer } from './peer-producers.ts';
import type { OpenPipeLink } from './pipe-link.ts';
import { Pipes, type Feed } from './pipes.ts';
import type { RunningWorker } from './worker-slot.ts';

export interface ShardDeps {
  readonly running: RunningWorker;
  readonly openLink: OpenPipeLink;
  readonly peerOf: (producerId: string) => string | undefined;
  readonly onLevels: (shard: Shard, levels: AudioLevels) => void;
}

interface Opened {
  readonly router: types.Router;
  readonly audioLevels: AudioLevelWatch;
}

export class Shard {
  readonly running: RunningWorker;
  /** Rejects as the worker does, and with `not-found` when the shard was closed meanwhile. */
  readonly opened: Promise<Opened>;
  readonly #pipes: Pipes;
  #router: types.Router | undefined;
  #closed = false;

  constructor(deps: ShardDeps) {
    this.running = deps.running;
    this.#pipes = new Pipes(this, deps.openLink);
    this.opened = this.#open(deps);
  }

  /** Also when its worker died. */
  get closed(): boolean {
    return this.#closed || this.#router?.closed === true;
  }

  /** A stream of the room, wherever it comes from, for one consumer here. */
  async feed(from: RoomProducer): Promise<Feed> {
    return from.shard === this ? localFeed(from) : this.#pipes.pull(from);
  }

  close(): void {
    this.#closed = true;
    this.#router?.close();
  }

  async #open({ running, peerOf, onLevels }: ShardDeps): Promise<Opened> {
    const router = await running.worker.createRouter({ mediaCodecs: mediaCodecs() });
    this.#router = router;
    try {
      if (this.#closed) throw notFound('the room has been closed');
      const audioLevels = await watchAudioLevels({
        router,
        peerOf,
        onLevels: (levels) => onLevels(this, levels),
      });
      return { router, audioLevels };
    } catch (error) {
      router.close();
      throw error;
    }
  }
}

const localFeed = ({ producer }: RoomProducer): Feed => ({
  producerId: producer.id,
  setOn: async () => undefined,
  end: () => undefined,
});
