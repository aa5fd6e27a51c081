// What an administrator is shown: counts and opaque names, nobody's name and no room's id. One schema each,
// which is the answer's and its description's.
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import * as z from 'zod/mini';
import { roomTag } from '../../auth/room-ids.ts';
import type { MediaPool } from '../../media/media-pool.ts';
import type { RoomId } from '../../protocol/index.ts';
import type { NodeLeases } from '../../rooms/node-leases.ts';
import type { RoomRecord } from '../../rooms/record.ts';

const Worker = z.object({
  worker: z.int(),
  /** Share of one core, 0 to 1. */
  cpu: z.number(),
  rooms: z.int(),
  /** False while a dead one is being replaced. */
  alive: z.boolean(),
  /** Takes no new rooms. */
  draining: z.boolean(),
});

export const NodesView = z.object({
  /** One for each process; `self` is the one that answers. */
  signaling: z.array(z.object({ node: z.string(), self: z.boolean() })),
  /** As the process that answers sees them. */
  media: z.array(
    z.object({
      /** Of one life of the node; empty while it has not been reached yet. */
      nodeId: z.string(),
      connected: z.boolean(),
      /** Whether it says itself that it is there, where nodes do (PROTOCOL M16). */
      listed: z.boolean(),
      draining: z.boolean(),
      workers: z.array(Worker),
    }),
  ),
});
export type NodesView = z.infer<typeof NodesView>;

const Place = z.object({ nodeId: z.string(), worker: z.int() });

export const RoomsView = z.object({
  rooms: z.array(
    z.object({
      /** Tells rooms apart, as in logs; opens none. */
      room: z.string(),
      people: z.int(),
      /** Of them those who have a socket now. */
      connected: z.int(),
      mode: z.enum(['p2p', 'sfu']),
      media: z.nullable(Place),
      /** Where it is moving from. */
      leaving: z.nullable(Place),
    }),
  ),
  /** The `cursor` of what follows; null after the last. */
  next: z.nullable(z.string()),
});
export type RoomsView = z.infer<typeof RoomsView>;

const mediaNodeView = (node: MediaNode, listed: boolean): NodesView['media'][number] => {
  const workers = [...node.load()];
  return {
    nodeId: node.nodeId,
    connected: node.isConnected(),
    listed,
    draining: workers.length > 0 && workers.every(({ draining }) => draining),
    workers,
  };
};

export const nodesView = (
  leases: NodeLeases,
  media: Pick<MediaPool, 'nodes' | 'isListed'>,
): NodesView => ({
  signaling: leases.living().map((node) => ({ node, self: node === leases.self })),
  media: media.nodes.map((node) => mediaNodeView(node, media.isListed(node.nodeId))),
});

export const roomView = (roomId: RoomId, record: RoomRecord): RoomsView['rooms'][number] => ({
  room: roomTag(roomId),
  people: record.peers.length,
  connected: record.peers.filter(({ connected }) => connected).length,
  mode: record.mode.type,
  media: record.home,
  leaving: record.leaving?.home ?? null,
});
