// One room on one worker: a router, who speaks, and the media of its peers.
import type { types } from 'mediasoup';
import { watchAudioLevels, type AudioLevels, type AudioLevelWatch } from './audio-levels.ts';
import { mediaCodecs } from './codecs.ts';
import { notFound } from './media-errors.ts';
import type { MediaLog } from './media-log.ts';
import type { RoomWorkers } from './choose-shard.ts';
import { PeerMedia } from './peer-media.ts';
import type { RoomProducer } from './peer-producers.ts';
import type { RunningWorker } from './worker-slot.ts';

export interface MediaRoomDeps {
  /** The worker on which the room begins. */
  readonly home: number;
  /** Throws `unavailable` for a worker that does not run. */
  readonly running: (worker: number) => RunningWorker;
  /** Where the media of one more peer goes. */
  readonly chooseWorker: (room: RoomWorkers) => number;
  readonly onLevels: (levels: AudioLevels) => void;
  readonly log: MediaLog;
}

interface MediaRoomParts extends MediaRoomDeps {
  readonly router: types.Router;
  readonly audioLevels: AudioLevelWatch;
  readonly producers: Map<string, RoomProducer>;
}

export const openMediaRoom = async (deps: MediaRoomDeps): Promise<MediaRoom> => {
  const router = await deps.running(deps.home).worker.createRouter({ mediaCodecs: mediaCodecs() });
  const producers = new Map<string, RoomProducer>();
  try {
    const audioLevels = await watchAudioLevels({
      router,
      peerOf: (producerId) => producers.get(producerId)?.peerId,
      onLevels: deps.onLevels,
    });
    return new MediaRoom({ ...deps, router, audioLevels, producers });
  } catch (error) {
    router.close();
    throw error;
  }
};

export class MediaRoom {
  readonly #parts: MediaRoomParts;
  readonly #peers = new Map<string, PeerMedia>();

  constructor(parts: MediaRoomParts) {
    this.#parts = parts;
  }

  /** Also when its worker died. */
  get closed(): boolean {
    return this.#parts.router.closed;
  }

  /** All that the room has something on. */
  get workers(): readonly number[] {
    return [this.#parts.home];
  }

  /** Who has media here. */
  get peerIds(): readonly string[] {
    return [...this.#peers.keys()];
  }

  /** Throws `not-found` when it has opened no transport here. */
  peer(peerId: string): PeerMedia {
    const peer = this.#peers.get(peerId);
    if (peer === undefined) throw notFound('the peer has no media here');
    return peer;
  }

  ensurePeer(peerId: string): PeerMedia {
    const found = this.#peers.get(peerId);
    if (found !== undefined) return found;
    const { home, running, router, producers, audioLevels, log } = this.#parts;
    const peer = new PeerMedia({
      peerId,
      running: running(home),
      router,
      producers,
      audioLevels,
      log,
    });
    this.#peers.set(peerId, peer);
    return peer;
  }

  /** Undefined when it has no media here. */
  findPeer(peerId: string): PeerMedia | undefined {
    return this.#peers.get(peerId);
  }

  closePeer(peerId: string): void {
    this.#peers.get(peerId)?.close();
    this.#peers.delete(peerId);
  }

  close(): void {
    for (const peer of this.#peers.values()) peer.close();
    this.#peers.clear();
    this.#parts.router.close();
  }
}
