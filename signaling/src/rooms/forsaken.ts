// People whom the record takes for connected though nobody holds a socket of theirs: their node is dead, or
// it is this one and knows of none (PROTOCOL N1, N5).
import { isTooLate } from '../errors.ts';
import type { PeerId } from '../protocol/index.ts';
import { findPeer, type RoomPeer, type RoomRecord } from './record.ts';
import type { RoomReplica } from './room-replica.ts';

export type IsForsaken = (peer: RoomPeer) => boolean;

export const forsakenIn = (
  record: RoomRecord | null,
  isForsaken: IsForsaken,
): readonly RoomPeer[] => record?.peers.filter((peer) => peer.connected && isForsaken(peer)) ?? [];

/**
 * Says of each that they are disconnected; of several nodes that do, one is first. The answer names those of
 * whom it was said here. Rejects as `execute`. Runs inside the room's queue.
 */
export const disconnectForsaken = async (
  replica: RoomReplica,
  isForsaken: IsForsaken,
): Promise<readonly PeerId[]> => {
  const told: PeerId[] = [];
  for (const { peerId, session } of forsakenIn(replica.record, isForsaken)) {
    // They may have come back, or been told of by another node, meanwhile.
    const now = findPeer(replica.record, peerId);
    if (now?.session !== session || !now.connected) continue;
    try {
      const { changed } = await replica.execute({ type: 'disconnect', peerId, session });
      if (changed) told.push(peerId);
    } catch (error) {
      if (!isTooLate(error)) throw error;
    }
  }
  return told;
};
