// The fixed list of media nodes (MEDIA_URL, or the one in this process): since when this process cannot
// reach which of them, and which lives of a node it has seen end (PROTOCOL M14, M15).
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import type { Clock } from '../clock.ts';
import { createListeners } from '../listeners.ts';
import {
  findConnected,
  isLongPlaced,
  type MediaDirectory,
  UNSEEN_AFTER_MS,
} from './media-directory.ts';

/**
 * A node that is not connected for this long is given up where there is another. Shorter: a cut of the
 * network moves rooms whose media goes on. Longer: rooms of a dead node wait for longer.
 */
export const GONE_AFTER_MS = 6_000;

/** What is known of one configured node. */
class NodeLife {
  readonly node: MediaNode;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #ended = new Set<string>();
  readonly #unwatch: () => void;
  #lastId = '';
  #awaySinceMs = 0;
  #isLongAway = false;
  #cancel: () => void = () => undefined;

  constructor(node: MediaNode, clock: Clock, onChange: () => void) {
    this.node = node;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#unwatch = node.watch(({ type }) => {
      if (type === 'connected') this.#connected();
      if (type === 'disconnected') this.#disconnected();
    });
    if (node.isConnected()) this.#connected();
    else this.#disconnected();
  }

  get isAway(): boolean {
    return !this.node.isConnected();
  }

  /** The timer decides, and nothing else: by the clock it may come a little early, and nobody looks twice. */
  get isLongAway(): boolean {
    return this.isAway && this.#isLongAway;
  }

  hasSeenEnd(nodeId: string): boolean {
    return this.#ended.has(nodeId);
  }

  /** It was reached after that, so that nobody else's word for it is newer than what was seen here. */
  wentAwayAfter(placement: number): boolean {
    return this.#awaySinceMs >= placement;
  }

  close(): void {
    this.#unwatch();
    this.#cancel();
  }

  #connected(): void {
    const { nodeId } = this.node;
    if (this.#lastId !== '' && this.#lastId !== nodeId) this.#ended.add(this.#lastId);
    this.#ended.delete(nodeId);
    this.#lastId = nodeId;
    this.#isLongAway = false;
    this.#onChange();
    this.#changeAfter(UNSEEN_AFTER_MS);
  }

  #disconnected(): void {
    this.#awaySinceMs = this.#clock.now();
    this.#cancel();
    this.#cancel = this.#clock.after(GONE_AFTER_MS, () => {
      this.#isLongAway = true;
      this.#onChange();
      this.#changeAfter(UNSEEN_AFTER_MS);
    });
  }

  /** For rooms that had been placed too short a time ago. */
  #changeAfter(ms: number): void {
    this.#cancel();
    this.#cancel = this.#clock.after(ms, this.#onChange);
  }
}

/** Who gave the nodes closes them. */
export const fixedMedia = (nodes: readonly MediaNode[], clock: Clock): MediaDirectory => {
  const changes = createListeners();
  const lives = nodes.map((node) => new NodeLife(node, clock, () => changes.tell()));

  const isUnseenForLong = (placement: number): boolean => isLongPlaced(placement, clock.now());

  return {
    nodes,
    isListed: () => true,
    isGone: (home, placement) => {
      // With nowhere to go to, nothing is given up.
      const hasNowhere = lives.every(({ isAway }) => isAway);
      if (findConnected({ nodes }, home) !== undefined || hasNowhere) return false;
      if (lives.some((life) => life.hasSeenEnd(home.nodeId))) return true;
      const own = lives.find(({ node }) => node.nodeId === home.nodeId);
      if (own === undefined) {
        return lives.every((life) => !life.isAway || life.isLongAway) && isUnseenForLong(placement);
      }
      return own.isLongAway && (own.wentAwayAfter(placement) || isUnseenForLong(placement));
    },
    watch: (listener) => changes.add(listener),
    close: async () => {
      for (const life of lives) life.close();
      changes.clear();
    },
  };
};
