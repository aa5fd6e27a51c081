// What media is to be as the room has it, and by which way it goes.
import type { PeerId, PeerView } from '@sotto/signaling/protocol';
import type { CallPath, VisibleTile } from './call-state.ts';
import type { Room } from './room-state.ts';

/** The room and who one is in it, as media needs it. */
export interface MediaScene {
  readonly selfPeerId: PeerId;
  readonly room: Room;
  readonly others: readonly PeerView[];
  readonly tiles: readonly VisibleTile[];
  /** Nobody has been able to see the page for a while. */
  readonly isHidden: boolean;
  /** By peer id: who has the group's keys. */
  readonly members: ReadonlySet<string>;
}

/** While the media node stands by, it is what carries until all has come the direct way. */
export const callPathOf = ({ mode }: Room, hasArrived: boolean): CallPath => {
  if (mode.type === 'sfu') return { path: 'sfu', reason: mode.reason };
  return { path: mode.standby && !hasArrived ? 'sfu' : 'p2p', reason: null };
};
