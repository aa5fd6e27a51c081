// After a media node was connected, or was out of reach: what its rooms are by the record, and nothing more
// (PROTOCOL M12–M14). Each process does so for itself; what is done twice changes nothing.
import type { HeldRoom, MediaNode } from '@sotto/sfu-worker/protocol';
import { roomTag } from '../auth/room-ids.ts';
import { leftoverOf, lostAt } from '../media/leftovers.ts';
import { callMedia } from '../media/media-calls.ts';
import { RoomId } from '../protocol/index.ts';
import type { RoomRecord } from '../rooms/record.ts';
import type { HandlerDeps } from './context.ts';
import { ensurePlaced, replaceRoom } from './placement.ts';

type Deps = Pick<HandlerDeps, 'rooms' | 'media' | 'clock' | 'log'>;

/**
 * Closes on the node what no record names, and mends the rooms held here; of those that are due. Gives the
 * rooms of which that failed: none holds up another. Rejects with AppError when the node cannot say what it
 * holds.
 */
export const reconcile = async (
  deps: Deps,
  node: MediaNode,
  isDue: (roomId: RoomId) => boolean = () => true,
): Promise<ReadonlySet<RoomId>> => {
  const { nodeId } = node;
  const { rooms, log } = deps;
  // Before the list: a producer that is named by now was there by now.
  const known = rooms.held().flatMap((roomId) => {
    const record = rooms.known(roomId);
    return record === null || !isDue(roomId) ? [] : [{ roomId, record }];
  });
  const held = await callMedia(deps.clock, node.heldRooms());
  const failed = new Set<RoomId>();
  const attempt = async (roomId: RoomId, task: () => Promise<void>): Promise<void> => {
    try {
      await task();
    } catch (error) {
      failed.add(roomId);
      const isTold = rooms.isStoreAway() || !node.isConnected();
      if (!isTold) log.warn({ room: roomTag(roomId), err: error }, 'room could not be compared');
    }
  };
  for (const { roomId, record } of known) {
    const here = held.filter((room) => room.roomId === roomId);
    for (const placement of lostAt(nodeId, record, here)) {
      await attempt(roomId, () => replaceRoom(deps, roomId, { placement }));
    }
  }
  for (const room of held) {
    const roomId = RoomId.safeParse(room.roomId).data;
    if (roomId === undefined || !isDue(roomId)) continue;
    // Not one call more that would have to wait for who does not answer.
    if (rooms.isStoreAway() || !node.isConnected()) failed.add(roomId);
    else await attempt(roomId, () => settle(deps, node, nodeId, roomId, room));
  }
  return failed;
};

const settle = async (
  deps: Deps,
  node: MediaNode,
  nodeId: string,
  roomId: RoomId,
  held: HeldRoom,
): Promise<void> => {
  const { rooms, clock, log } = deps;
  const { placement } = held;
  const record = await rooms.read(roomId);
  const leftover = leftoverOf(nodeId, held, record);
  if (leftover.kind === 'room') {
    log.info({ room: roomTag(roomId), placement }, 'room closed that no record names');
    await callMedia(clock, node.closeRoom({ roomId, placement, keep: record?.leaving?.placement }));
    return;
  }
  for (const peerId of leftover.peerIds) {
    log.info({ room: roomTag(roomId), peer: peerId }, 'media closed that no record names');
    await callMedia(clock, node.closePeer({ roomId, placement, peerId }));
  }
  if (rooms.known(roomId) !== null) await tellPauses(deps, node, nodeId, roomId, placement);
};

/**
 * Who is muted is so on the node too. Told again until the record has not changed meanwhile: another process
 * may have told the node of a later fact before this one came.
 */
const tellPauses = async (
  { rooms, clock }: Deps,
  node: MediaNode,
  nodeId: string,
  roomId: RoomId,
  placement: number,
): Promise<void> => {
  for (let told = ''; ;) {
    const record = await rooms.read(roomId);
    if (record?.home?.nodeId !== nodeId || record.placement !== placement) return;
    const streams = pausesOf(record);
    if (JSON.stringify(streams) === told) return;
    told = JSON.stringify(streams);
    await Promise.all(
      streams.map((stream) =>
        callMedia(clock, node.setProducerPaused({ roomId, placement, ...stream })),
      ),
    );
  }
};

const pausesOf = ({ peers }: RoomRecord) =>
  peers.flatMap(({ peerId, streams }) =>
    Object.values(streams).flatMap(({ on, producerId }) =>
      producerId === undefined ? [] : [{ peerId, producerId, paused: !on }],
    ),
  );

/** Another home for those rooms held here whose home is gone. */
export const leaveGoneHomes = (deps: Deps): void => {
  for (const roomId of deps.rooms.held()) void ensurePlaced(deps, roomId);
};
