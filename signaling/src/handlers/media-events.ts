// What media nodes push: levels go to the room's sockets, a lost room is placed again.
import type { MediaEvent } from '@sotto/sfu-worker/protocol';
import { roomTag } from '../auth/room-ids.ts';
import { PeerId, RoomId } from '../protocol/index.ts';
import type { HandlerDeps } from './context.ts';
import { replaceRoom } from './placement.ts';

/** The answer ends the watch. Rooms that this node does not hold are other nodes' to mend. */
export const watchMedia = (deps: HandlerDeps): (() => void) => {
  const onEvent = (event: MediaEvent): void => {
    const roomId = RoomId.safeParse(event.roomId).data;
    if (roomId === undefined) return;
    if (event.type === 'audio-levels') {
      if (!deps.rooms.serves(roomId)) return;
      const levels = event.levels.map(({ peerId, volume }) => ({
        peerId: PeerId.parse(peerId),
        volume,
      }));
      deps.rooms.signal(roomId, { event: event.type, data: { levels } });
      return;
    }
    if (deps.rooms.known(roomId) === null) return;
    deps.log.warn({ room: roomTag(roomId), placement: event.placement }, 'media lost');
    replaceRoom(deps, roomId, event.placement).catch((error: unknown) =>
      deps.log.error({ room: roomTag(roomId), err: error }, 'room could not be placed again'),
    );
  };
  const stops = deps.media.nodes.map((node) => node.watch(onEvent));
  return () => {
    for (const stop of stops) stop();
  };
};
