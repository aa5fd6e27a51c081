// Coming and going: join, resume, leave, and the heartbeat (PROTOCOL J1–J6).
import * as z from 'zod/mini';
import { roomTag } from '../auth/room-ids.ts';
import { AppError, hasCode, isTooLate } from '../errors.ts';
import { callMedia } from '../media/media-calls.ts';
import { OFFERED_CAPABILITIES } from '../media/offered-capabilities.ts';
import { type LeaveReason, PROTOCOL_VERSION, Requests, type RoomId } from '../protocol/index.ts';
import type { Command } from '../rooms/decide.ts';
import { findPeer, type RoomRecord } from '../rooms/record.ts';
import type { Outcome } from '../rooms/room-replica.ts';
import { roomView } from '../rooms/views.ts';
import { missedBy } from './missed.ts';
import {
  bind,
  type BoundHandler,
  type HandlerContext,
  type HandlerDeps,
  type Membership,
  membershipOf,
} from './context.ts';
import { ensurePlaced, type PlacedPeer, placesOfPeer } from './placement.ts';
import { settlePeerLater } from './settle-media.ts';

const Greeting = z.object({ protocol: z.int() });

/** Looks at the number before all else: another protocol may well have another shape (PROTOCOL J2). */
const ofThisProtocol =
  (handler: BoundHandler): BoundHandler =>
  async (context, data) => {
    const greeting = Greeting.safeParse(data);
    if (greeting.success && greeting.data.protocol !== PROTOCOL_VERSION) {
      throw new AppError('upgrade-required', `this server speaks protocol ${PROTOCOL_VERSION}`);
    }
    return handler(context, data);
  };

const requireEntry = ({ deps, session }: HandlerContext): void => {
  if (session.membership !== null) throw new AppError('already-joined', 'one socket, one session');
  if (deps.isDraining()) throw new AppError('draining', 'this node is going down');
};

const enter =
  (context: HandlerContext, holder: Pick<Membership, 'roomId' | 'peerId'>) =>
  (record: RoomRecord): void => {
    const peer = findPeer(record, holder.peerId);
    if (peer !== undefined) context.session.enter(holder.roomId, peer, record);
  };

/**
 * What the store made of a join whose answer was lost nobody knows: if the page does not try again, the
 * record must not name this node for ever as who holds its socket.
 */
const comeIn = async (
  context: HandlerContext,
  roomId: RoomId,
  command: Extract<Command, { type: 'join' | 'resume' }>,
): Promise<Outcome> => {
  const { rooms, persistence } = context.deps;
  try {
    const onDone = enter(context, { roomId, peerId: command.peerId });
    return await rooms.execute(roomId, command, onDone, () => context.session.isOpen);
  } catch (error) {
    if (hasCode(error, 'unavailable')) {
      persistence.seeLater({ roomId, about: 'settle', run: () => rooms.settle(roomId) });
    }
    throw error;
  }
};

const join = bind(Requests.join, async (context, { token, direct }) => {
  requireEntry(context);
  const { deps } = context;
  const { room: roomId, peer: peerId } = deps.tokens.verify(token, ['join', 'session']);
  const ring = await deps.rooms.readMessages(roomId, Infinity);
  const { record } = await comeIn(context, roomId, {
    type: 'join',
    peerId,
    maxPeers: deps.maxPeersPerRoom,
    direct,
    callMode: deps.callMode,
    node: deps.leases.self,
  });
  // Of another life of the room there is nothing to have.
  const lastMessage = ring?.incarnation === record.incarnation ? ring.last : 0;
  context.session.skipMessages(lastMessage);
  const here = { peers: record.peers.length, mode: record.mode.type };
  deps.log.info({ room: roomTag(roomId), peer: peerId, ...here }, 'peer joined');
  void ensurePlaced(deps, roomId);
  return {
    version: record.version,
    data: {
      peerId,
      sessionToken: deps.tokens.forSession({ room: roomId, peer: peerId }),
      room: roomView(record),
      lastMessage,
      rtpCapabilities: OFFERED_CAPABILITIES,
      ice: deps.iceServers.forPeer(peerId),
    },
  };
});

const resume = bind(Requests.resume, async (context, { sessionToken, position, lastMessage }) => {
  requireEntry(context);
  const { deps, session } = context;
  const { room: roomId, peer: peerId } = deps.tokens.verify(sessionToken, ['session']);
  await deps.rooms.eventsSince(roomId, position);
  const { record } = await comeIn(context, roomId, {
    type: 'resume',
    peerId,
    node: deps.leases.self,
  });
  try {
    const { data, lastSeq } = await missedBy(deps, { roomId, peerId }, record, {
      position,
      lastMessage,
    });
    session.skipMessages(lastSeq);
    const missed = data.kind === 'events' ? data.events.length : undefined;
    deps.log.info({ room: roomTag(roomId), peer: peerId, missed }, 'peer resumed');
    void ensurePlaced(deps, roomId);
    return { version: record.version, data };
  } catch (error) {
    // The room was reset between the two looks: the session that was taken up is given back.
    const membership = session.membership;
    session.exit();
    if (membership !== null) await loseConnection(deps, membership);
    throw error;
  }
});

/** Whoever is in the record no more has no media. Never rejects: what fails is tried again. */
const closeMedia = async (
  deps: HandlerDeps,
  membership: Membership,
  record: RoomRecord,
  isForgotten: boolean,
): Promise<void> => {
  const places = placesOfPeer(record, membership);
  await Promise.all(places.map((place) => closeMediaAt(deps, place, isForgotten)));
};

const closeMediaAt = async (
  deps: HandlerDeps,
  place: PlacedPeer,
  isForgotten: boolean,
): Promise<void> => {
  const { media, clock, log } = deps;
  const { roomId, placement, peerId } = place.key;
  // Without a node there is nothing left to close.
  const node = media.nodes.find(({ nodeId }) => nodeId === place.home.nodeId);
  if (node === undefined) return;
  try {
    const closing = isForgotten ? node.closeRoom({ roomId, placement }) : node.closePeer(place.key);
    await callMedia(clock, closing);
  } catch (error) {
    log.warn({ room: roomTag(roomId), peer: peerId, err: error }, 'media could not be closed');
    settlePeerLater(deps, place);
  }
};

/** Takes a peer out of the room and its media with it; nothing when that session is over. */
const leaveRoom = async (
  deps: HandlerDeps,
  membership: Membership,
  reason: LeaveReason,
): Promise<void> => {
  const { roomId, peerId, session } = membership;
  const { record, changed, forgotten } = await deps.rooms.execute(roomId, {
    type: 'leave',
    peerId,
    session,
    reason,
  });
  if (!changed) return;
  deps.log.info({ room: roomTag(roomId), peer: peerId, reason }, 'peer left');
  await closeMedia(deps, membership, record, forgotten);
};

const leave = bind(Requests.leave, async (context) => {
  const membership = membershipOf(context);
  const { deps } = context;
  context.session.exit();
  await endMembership(deps, membership);
  return { data: {} };
});

/** A socket that closed without leaving: the others are told, the media goes on. Never rejects. */
export const loseConnection = (
  deps: HandlerDeps,
  { roomId, peerId, session }: Membership,
): Promise<void> =>
  deps.persistence.see({
    roomId,
    about: `${peerId} ${session}`,
    run: async () => {
      const command = { type: 'disconnect', peerId, session } as const;
      const { changed } = await deps.rooms.execute(roomId, command);
      if (changed) deps.log.info({ room: roomTag(roomId), peer: peerId }, 'peer disconnected');
    },
  });

/** Somebody said that they go for good. Never rejects. */
export const endMembership = (deps: HandlerDeps, membership: Membership): Promise<void> => {
  const { roomId, peerId, session } = membership;
  const before = deps.rooms.known(roomId);
  let isRepeated = false;
  const run = async (): Promise<void> => {
    try {
      await leaveRoom(deps, membership, 'left');
    } catch (error) {
      // Done by an attempt whose answer was lost: what follows from it is still to do.
      if (isRepeated && hasCode(error, 'not-joined', 'room-reset')) {
        const now = deps.rooms.known(roomId);
        const record = now ?? before;
        const isGone = findPeer(now, peerId) === undefined;
        const isForgotten = now === null || now.peers.length === 0;
        if (record !== null && isGone) await closeMedia(deps, membership, record, isForgotten);
      }
      isRepeated = true;
      throw error;
    }
  };
  return deps.persistence.see({ roomId, about: `${peerId} ${session}`, run });
};

/** Somebody did not come back in time. Rejects when it is to be said again. */
export const endAbsence = async (deps: HandlerDeps, membership: Membership): Promise<void> => {
  const places = placesOfPeer(deps.rooms.known(membership.roomId), membership);
  try {
    await leaveRoom(deps, membership, 'timeout');
  } catch (error) {
    // If it was done all the same, nobody is told so who would close their media.
    if (hasCode(error, 'unavailable')) {
      for (const place of places) settlePeerLater(deps, place);
    }
    if (!isTooLate(error)) throw error;
  }
};

const heartbeat = bind(Requests.heartbeat, async () => ({ data: {} }));

export const membershipHandlers = {
  join: ofThisProtocol(join),
  resume: ofThisProtocol(resume),
  leave,
  heartbeat,
};
