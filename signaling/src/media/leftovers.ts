// What a media node still has and no record names: what left, moved or ended while nobody could tell the
// node (PROTOCOL M12). Pure.
import type { HeldRoom } from '@sotto/sfu-worker/protocol';
import type { RoomRecord } from '../rooms/record.ts';

export type Leftover =
  | { readonly kind: 'room' }
  /** None of them: the room is as the record has it. */
  | { readonly kind: 'peers'; readonly peerIds: readonly string[] };

/** `record`: read after the node said what it holds, so that it names all that was made by then. */
export const leftoverOf = (nodeId: string, held: HeldRoom, record: RoomRecord | null): Leftover => {
  const isHome =
    record !== null && record.home?.nodeId === nodeId && record.placement === held.placement;
  if (!isHome) return { kind: 'room' };
  const here = new Set<string>(record.peers.map(({ peerId }) => peerId));
  return { kind: 'peers', peerIds: held.peerIds.filter((peerId) => !here.has(peerId)) };
};

/** A producer that the record names was made there before. Without its room, all of it is lost. */
export const namesProducers = ({ peers }: RoomRecord): boolean =>
  peers.some(({ streams }) =>
    Object.values(streams).some(({ producerId }) => producerId !== undefined),
  );
