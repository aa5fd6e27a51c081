// One room on one node: it begins on its home worker, and goes on to others when that is busy (PROTOCOL M19).
import { createRoomLevels, type AudioLevels, type RoomLevels } from './audio-levels.ts';
import type { RoomWorkers } from './choose-shard.ts';
import { notFound } from './media-errors.ts';
import type { MediaLog } from './media-log.ts';
import { PeerMedia } from './peer-media.ts';
import type { RoomProducer } from './peer-producers.ts';
import { openPipeLink } from './pipe-link.ts';
import { Shard } from './shard.ts';
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

export const openMediaRoom = async (deps: MediaRoomDeps): Promise<MediaRoom> => {
  const room = new MediaRoom(deps);
  await room.opened();
  return room;
};

export class MediaRoom {
  readonly #deps: MediaRoomDeps;
  /** By worker. The home is there for as long as the room, any other while it has peers. */
  readonly #shards = new Map<number, Shard>();
  readonly #home: Shard;
  readonly #peers = new Map<string, PeerMedia>();
  /** Of all shards, by id. */
  readonly #producers = new Map<string, RoomProducer>();
  readonly #levels: RoomLevels<Shard>;

  constructor(deps: MediaRoomDeps) {
    this.#deps = deps;
    this.#levels = createRoomLevels(deps.onLevels);
    this.#home = this.#openShard(deps.home);
  }

  async opened(): Promise<void> {
    await this.#home.opened;
  }

  /** Also when a worker died that it has something on: what is left is of no use. */
  get closed(): boolean {
    return this.#home.closed || [...this.#shards.values()].some(({ closed }) => closed);
  }

  /** All that it has something on, its home first. */
  get workers(): readonly number[] {
    return [...this.#shards.keys()];
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

  /** Throws `unavailable` when the worker that is to have it does not run. */
  ensurePeer(peerId: string): PeerMedia {
    const found = this.#peers.get(peerId);
    if (found !== undefined) return found;
    const { chooseWorker, log } = this.#deps;
    const [home = this.#deps.home, ...others] = this.workers;
    const worker = chooseWorker({ home, others });
    const shard = this.#shards.get(worker) ?? this.#openShard(worker);
    const peer = new PeerMedia({ peerId, shard, producers: this.#producers, log });
    this.#peers.set(peerId, peer);
    return peer;
  }

  /** Undefined when it has no media here. */
  findPeer(peerId: string): PeerMedia | undefined {
    return this.#peers.get(peerId);
  }

  closePeer(peerId: string): void {
    const peer = this.#peers.get(peerId);
    if (peer === undefined) return;
    peer.close();
    this.#peers.delete(peerId);
    this.#closeIfUnused(peer.shard);
  }

  close(): void {
    for (const peer of this.#peers.values()) peer.close();
    this.#peers.clear();
    for (const shard of this.#shards.values()) shard.close();
  }

  #openShard(worker: number): Shard {
    const shard = new Shard({
      running: this.#deps.running(worker),
      openLink: openPipeLink,
      peerOf: (producerId) => this.#producers.get(producerId)?.peerId,
      onLevels: (from, levels) => this.#levels.heard(from, levels),
    });
    this.#shards.set(worker, shard);
    // Its peers are told by their calls, and may find another when they ask again.
    shard.opened.catch(() => {
      for (const [peerId, peer] of this.#peers) if (peer.shard === shard) this.closePeer(peerId);
    });
    return shard;
  }

  /** Without peers nothing is sent there and nothing pulled in: there are no pipes either. */
  #closeIfUnused(shard: Shard): void {
    if (shard === this.#home) return;
    if ([...this.#peers.values()].some((peer) => peer.shard === shard)) return;
    shard.close();
    this.#levels.forget(shard);
    for (const [worker, one] of this.#shards) if (one === shard) this.#shards.delete(worker);
  }
}
