// What media nodes push: levels go to the room's sockets, a lost room is placed again, and a node that
// comes or goes is looked after.
import type { MediaEvent, MediaNode } from '@sotto/sfu-worker/protocol';
import { roomTag } from '../auth/room-ids.ts';
import { PeerId, RoomId } from '../protocol/index.ts';
import type { HandlerDeps } from './context.ts';
import { replaceRoom } from './placement.ts';
import { leaveGoneHomes, reconcile } from './reconcile.ts';

/** While the store or the node cannot answer. Shorter: more reads of every room there. */
export const RECONCILE_RETRY_MS = 2_000;

type EventOf<T extends MediaEvent['type']> = Extract<MediaEvent, { type: T }>;

/** The answer ends the watch. Rooms that this node does not hold are other nodes' to mend. */
export const watchMedia = (deps: HandlerDeps): (() => void) => {
  const stops = [
    deps.media.watch(() => leaveGoneHomes(deps)),
    ...deps.media.nodes.map((node) => watchNode(deps, node)),
  ];
  return () => {
    for (const stop of stops) stop();
    deps.media.close();
  };
};

const watchNode = (deps: HandlerDeps, node: MediaNode): (() => void) => {
  const { clock, log } = deps;
  let cancelRetry: (() => void) | undefined;
  let isWatching = true;

  const compare = (): void => {
    reconcile(deps, node).catch((error: unknown) => {
      if (!isWatching || !node.isConnected()) return;
      log.warn({ node: node.nodeId, err: error }, 'media node could not be compared');
      cancelRetry?.();
      cancelRetry = clock.after(RECONCILE_RETRY_MS, compare);
    });
  };
  const onConnected = (): void => {
    cancelRetry?.();
    compare();
  };

  const stop = node.watch((event) => {
    switch (event.type) {
      case 'audio-levels':
        return passLevels(deps, event);
      case 'room-lost':
        return onRoomLost(deps, event);
      case 'connected':
        return onConnected();
      case 'disconnected':
        return cancelRetry?.();
    }
  });
  if (node.isConnected()) onConnected();
  return () => {
    isWatching = false;
    stop();
    cancelRetry?.();
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
  const run = (): Promise<void> => replaceRoom(deps, roomId, placement);
  void deps.persistence.see({ roomId, about: `media ${placement}`, run });
};
