// What media nodes push: levels go to the room's sockets, a lost room is placed again, and a node that
// comes or goes is looked after.
import type { MediaEvent, MediaNode } from '@sotto/sfu-worker/protocol';
import { roomTag } from '../auth/room-ids.ts';
import { PeerId, RoomId } from '../protocol/index.ts';
import type { HandlerDeps } from './context.ts';
import { createMoves, type Moves } from './moves.ts';
import { replaceRoom } from './placement.ts';
import { leaveGoneHomes, reconcile } from './reconcile.ts';

/** First and longest wait before what failed is tried again. Shorter: more reads of the rooms there. */
export const RECONCILE_RETRY_MS = 2_000;
const RECONCILE_RETRY_MOST_MS = 60_000;

type IsDue = (roomId: RoomId) => boolean;

type EventOf<T extends MediaEvent['type']> = Extract<MediaEvent, { type: T }>;

/** The answer ends the watch. Rooms that this node does not hold are other nodes' to mend. */
export const watchMedia = (deps: HandlerDeps): (() => void) => {
  const moves = createMoves(deps);
  const stops = [
    deps.media.watch(() => leaveGoneHomes(deps)),
    deps.media.eachNode((node) => watchNode(deps, moves, node)),
  ];
  return () => {
    for (const stop of stops) stop();
    moves.close();
  };
};

const watchNode = (deps: HandlerDeps, moves: Moves, node: MediaNode): (() => void) => {
  const { clock, log, rooms } = deps;
  let cancelRetry: (() => void) | undefined;
  /** Of the connection that is being looked after; what was begun for another comes to nothing. */
  let turn = 0;

  const compare = async (ofTurn: number, attempts: number, isDue: IsDue): Promise<void> => {
    let isLeft = isDue;
    try {
      const failed = await reconcile(deps, node, isDue);
      if (failed.size === 0) return;
      isLeft = (roomId) => failed.has(roomId);
    } catch (error) {
      log.warn({ media: node.nodeId, err: error }, 'media node could not be compared');
    }
    if (ofTurn !== turn) return;
    const waitMs = Math.min(RECONCILE_RETRY_MS * 2 ** attempts, RECONCILE_RETRY_MOST_MS);
    // A store that is back is not to be waited for longer because it was away for long.
    const next = rooms.isStoreAway() ? attempts : attempts + 1;
    cancelRetry = clock.after(waitMs, () => void compare(ofTurn, next, isLeft));
  };
  const stopComparing = (): void => {
    turn += 1;
    cancelRetry?.();
  };
  const onConnected = (): void => {
    stopComparing();
    void compare(turn, 0, () => true);
    moves.look();
  };

  const stop = node.watch((event) => {
    switch (event.type) {
      case 'audio-levels':
        return passLevels(deps, event);
      case 'room-lost':
        return onRoomLost(deps, event);
      case 'draining':
        return moves.look();
      case 'connected':
        return onConnected();
      case 'disconnected':
        return stopComparing();
    }
  });
  if (node.isConnected()) onConnected();
  return () => {
    stop();
    stopComparing();
  };
};

const passLevels = ({ rooms }: HandlerDeps, event: EventOf<'audio-levels'>): void => {
  const roomId = RoomId.safeParse(event.roomId).data;
  if (roomId === undefined || !rooms.serves(roomId)) return;
  const levels = event.levels.map(({ peerId, volume }) => ({
    peerId: PeerId.parse(peerId),
    volume,
  }));
  rooms.signal(roomId, { event: event.type, data: { levels } });
};

const onRoomLost = (deps: HandlerDeps, { roomId: id, placement }: EventOf<'room-lost'>): void => {
  const roomId = RoomId.safeParse(id).data;
  if (roomId === undefined || deps.rooms.known(roomId) === null) return;
  deps.log.warn({ room: roomTag(roomId), placement }, 'media lost');
  const run = (): Promise<void> => replaceRoom(deps, roomId, { placement });
  void deps.persistence.see({ roomId, about: `media ${placement}`, run });
};
