// Peer to peer or through the media node: what the page tells of it, and the way back (PROTOCOL C4–C8).
import { roomTag } from '../auth/room-ids.ts';
import { isTooLate } from '../errors.ts';
import { type RequestAnswer, Requests, type RoomId } from '../protocol/index.ts';
import type { Command } from '../rooms/decide.ts';
import type { Outcome } from '../rooms/room-replica.ts';
import {
  bind,
  type HandlerContext,
  type HandlerDeps,
  membershipOf,
  type Reply,
  takeAllowance,
} from './context.ts';
import { ensurePlaced } from './placement.ts';

type Said = 'set-direct' | 'peer-to-peer';

const logMode = ({ log }: HandlerDeps, roomId: RoomId, { record, changed }: Outcome): void => {
  if (!changed) return;
  const { mode } = record;
  const how = mode.type === 'p2p' ? { standby: mode.standby } : { reason: mode.reason };
  log.info({ room: roomTag(roomId), mode: mode.type, ...how }, 'call mode decided');
};

const say = async (
  context: HandlerContext,
  command: Extract<Command, { type: Said }>,
): Promise<Reply<RequestAnswer<Said>>> => {
  const { deps } = context;
  const { roomId } = membershipOf(context);
  // Each may place a room, and end a placement.
  takeAllowance(context, 'costly');
  const outcome = await deps.rooms.execute(roomId, command);
  logMode(deps, roomId, outcome);
  void ensurePlaced(deps, roomId);
  return { version: outcome.record.version, data: {} };
};

const setDirect = bind(Requests['set-direct'], async (context, data) => {
  const { peerId, session } = membershipOf(context);
  return say(context, { type: 'set-direct', ...data, peerId, session });
});

const peerToPeer = bind(Requests['peer-to-peer'], async (context, data) => {
  const { peerId, session } = membershipOf(context);
  return say(context, { type: 'peer-to-peer', ...data, peerId, session });
});

/** At most two have been in the room for long enough. Rejects when it is to be said again. */
export const goDirect = async (deps: HandlerDeps, roomId: RoomId): Promise<void> => {
  try {
    logMode(deps, roomId, await deps.rooms.execute(roomId, { type: 'go-direct' }));
  } catch (error) {
    if (!isTooLate(error)) throw error;
  }
};

export const callModeHandlers = { 'set-direct': setDirect, 'peer-to-peer': peerToPeer };
