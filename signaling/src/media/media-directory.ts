// Which media nodes there are: a fixed list (node-lives.ts), or those that are registered in Redis
// (registered-media.ts). Which of them a room goes to is media-pool.ts'.
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import type { Home } from '../rooms/record.ts';

/**
 * Where this process only does not see a home, others may, and whoever placed the room there did. Shorter:
 * processes that see different media nodes take a room from each other more often.
 */
export const UNSEEN_AFTER_MS = 30_000;

/** One that is far ahead was made by a clock that is wrong: nobody can say when. */
export const isLongPlaced = (placement: number, nowMs: number): boolean =>
  Math.abs(nowMs - placement) >= UNSEEN_AFTER_MS;

export interface MediaDirectory {
  /** Those that there are now, connected or not: each is the same object for as long as it is there. */
  readonly nodes: readonly MediaNode[];
  /** Whether this life of a node is one that rooms should be placed on before others. */
  isListed(nodeId: string): boolean;
  /**
   * Whatever was there is lost, or has been out of reach for too long while other nodes are not; `placement`:
   * when the room was placed there (PROTOCOL M14–M16).
   */
  isGone(home: Home, placement: number): boolean;
  /** Told when a node came, went or was connected, or a home may be gone that was not before. */
  watch(listener: () => void): () => void;
  /** Ends its watch over the nodes, and the connections that it made itself; may be called twice. */
  close(): Promise<void>;
}

export const findConnected = (
  { nodes }: Pick<MediaDirectory, 'nodes'>,
  { nodeId }: Pick<Home, 'nodeId'>,
): MediaNode | undefined => nodes.find((node) => node.nodeId === nodeId && node.isConnected());
