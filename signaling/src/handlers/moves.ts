// Rooms are moved away from workers that drain: the record names another home, and people go there while what
// they have goes on (PROTOCOL M17). Each process sees to the rooms that it holds; of two that move the same
// room the first one does.
import type { MediaNode, RoomKey } from '@sotto/sfu-worker/protocol';
import { roomTag } from '../auth/room-ids.ts';
import { hasCode, isTooLate } from '../errors.ts';
import type { RoomId } from '../protocol/index.ts';
import type { HandlerDeps } from './context.ts';

type Deps = Pick<HandlerDeps, 'rooms' | 'media' | 'clock' | 'log'>;

/** More: all pages of a node's rooms build their media anew in the same moment. Fewer: a drain lasts longer. */
export const MOVES_AT_ONCE = 8;

/**
 * A room whose people have not all arrived counts for so long: pages give up after 10 s. Longer: a few that do
 * not arrive hold up all others, until the node that drains does not wait any more.
 */
export const MOVE_TURN_MS = 15_000;

/** Longer: a room waits longer when others have arrived, or when a node has come that can take it. */
export const MOVE_RETRY_MS = 500;

const hasDraining = (node: MediaNode): boolean => node.load().some(({ draining }) => draining);

const isDraining = ({ rooms, media }: Deps, roomId: RoomId): boolean => {
  const record = rooms.known(roomId);
  if (record === null || record.home === null) return false;
  const { home, placement } = record;
  const isPart = (part: RoomKey): boolean => part.roomId === roomId && part.placement === placement;
  return media.nodes.some(
    (node) =>
      node.nodeId === home.nodeId &&
      node
        .load()
        .some(
          ({ worker, draining, parts }) =>
            draining && (worker === home.worker || parts.some(isPart)),
        ),
  );
};

/** Who is not connected builds nothing. */
const isBuilding = ({ rooms, clock }: Deps, roomId: RoomId): boolean => {
  const record = rooms.known(roomId);
  if (record === null || record.leaving === null) return false;
  const { leaving, peers, placement } = record;
  const isAwaited = peers.some((peer) => peer.connected && leaving.awaited.includes(peer.peerId));
  return isAwaited && clock.now() - placement < MOVE_TURN_MS;
};

export interface Moves {
  /** Some worker may have begun to drain. */
  look(): void;
  close(): void;
}

export const createMoves = (deps: Deps): Moves => {
  const { rooms, media, clock, log } = deps;
  const underWay = new Set<RoomId>();
  let cancel: (() => void) | null = null;
  let isStuck = false;

  const noteStuck = (why: unknown): void => {
    if (isStuck) return;
    isStuck = true;
    log.warn({ err: why }, 'rooms cannot leave a worker that drains');
  };

  const move = async (roomId: RoomId): Promise<void> => {
    const record = rooms.known(roomId);
    if (record === null) return;
    const from = record.placement;
    const home = media.choose();
    const placement = Math.max(from + 1, clock.now());
    const { changed } = await rooms.execute(roomId, { type: 'move', from, placement, home });
    isStuck = false;
    if (changed) log.info({ room: roomTag(roomId), from, placement }, 'room moves');
  };

  const begin = async (roomId: RoomId): Promise<void> => {
    underWay.add(roomId);
    try {
      await move(roomId);
    } catch (error) {
      if (hasCode(error, 'media-unavailable')) noteStuck(error);
      // What the store's absence does is told for all rooms together.
      else if (!isTooLate(error) && !hasCode(error, 'unavailable')) {
        log.warn({ room: roomTag(roomId), err: error }, 'room could not be moved');
      }
    } finally {
      underWay.delete(roomId);
    }
  };

  const beginSome = (): void => {
    const held = rooms.held();
    const moving = held.filter((roomId) => underWay.has(roomId) || isBuilding(deps, roomId));
    const due = held.filter((roomId) => !underWay.has(roomId) && isDraining(deps, roomId));
    // One that has to move again while it moves takes no more than it has taken.
    const again = due.filter((roomId) => moving.includes(roomId));
    const fresh = due.filter((roomId) => !moving.includes(roomId));
    const free = Math.max(0, MOVES_AT_ONCE - moving.length);
    for (const roomId of [...again, ...fresh.slice(0, free)]) void begin(roomId);
  };

  /** As long as anything drains: whoever joins a room there finds it moved too. */
  const look = (): void => {
    if (!media.nodes.some(hasDraining)) {
      isStuck = false;
      return;
    }
    cancel ??= clock.after(MOVE_RETRY_MS, () => {
      cancel = null;
      look();
    });
    if (!rooms.isStoreAway()) beginSome();
  };

  return {
    look,
    close: () => cancel?.(),
  };
};
