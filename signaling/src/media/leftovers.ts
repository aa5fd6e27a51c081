// What a media node still has and no record names: what left, moved or ended while nobody could tell the
// node (PROTOCOL M12). Pure.
import type { HeldRoom } from '@sotto/sfu-worker/protocol';
import { isPlacedAt, placesOf, type RoomRecord } from '../rooms/record.ts';

export type Leftover =
  | { readonly kind: 'room' }
  /** None of them: the room is as the record has it. */
  | { readonly kind: 'peers'; readonly peerIds: readonly string[] };

/** `record`: read after the node said what it holds, so that it names all that was made by then. */
export const leftoverOf = (nodeId: string, held: HeldRoom, record: RoomRecord | null): Leftover => {
  if (record === null) return { kind: 'room' };
  if (isPlacedAt(record, nodeId, held.placement)) {
    const here = new Set<string>(record.peers.map(({ peerId }) => peerId));
    return { kind: 'peers', peerIds: held.peerIds.filter((peerId) => !here.has(peerId)) };
  }
  return { kind: 'room' };
};

/** A producer that the record names was made there before. Without its room, all of it is lost. */
export const namesProducers = ({ peers }: RoomRecord): boolean =>
  peers.some(({ streams }) =>
    Object.values(streams).some(({ producerId }) => producerId !== undefined),
  );

/**
 * The placements that the record has at a node which does not hold the room under them. A home may not have
 * been opened there yet; what the room moves from is not opened any more.
 */
export const lostAt = (
  nodeId: string,
  record: RoomRecord,
  held: readonly HeldRoom[],
): readonly number[] =>
  placesOf(record)
    .filter(({ home }) => home.nodeId === nodeId)
    .map(({ placement }) => placement)
    .filter((placement) => placement !== record.placement || namesProducers(record))
    .filter((placement) => !held.some((room) => room.placement === placement));
