// A peer's two transports on the media node (PROTOCOL M1, M2, M10).
import { AppError, hasCode } from '../errors.ts';
import { Requests } from '../protocol/index.ts';
import { findPeer } from '../rooms/record.ts';
import {
  bind,
  type HandlerContext,
  type HandlerDeps,
  membershipOf,
  takeAllowance,
} from './context.ts';
import { callPlaced, type PlacedPeer, placeOf, replaceRoom } from './placement.ts';
import { settlePeerNow } from './settle-media.ts';

const openTransport = bind(Requests['open-transport'], async (context, request) => {
  const { deps } = context;
  const place = placeOf(deps, membershipOf(context), request.placement);
  const { key } = place;
  try {
    await ensureRoom(context, place);
    const data = await callPlaced(context, place, (node) =>
      node.openTransport({ ...request, ...key }),
    );
    requireStill(deps, place);
    return { data };
  } catch (error) {
    // Who left by another socket, or the room that ended, has been closed there before: nobody else would
    // close what was just opened.
    if (!isStill(deps, place)) await settlePeerNow(deps, place);
    throw error;
  }
});

const isPeerHere = ({ rooms }: Pick<HandlerDeps, 'rooms'>, { key }: PlacedPeer): boolean =>
  findPeer(rooms.known(key.roomId), key.peerId) !== undefined;

/** By the record as it is known here now. */
const isStill = (deps: Pick<HandlerDeps, 'rooms'>, place: PlacedPeer): boolean => {
  const record = deps.rooms.known(place.key.roomId);
  const isHome = record !== null && record.home !== null;
  return isHome && record.placement === place.key.placement && isPeerHere(deps, place);
};

/** Throws `not-joined` or `stale-placement`. */
const requireStill = (deps: Pick<HandlerDeps, 'rooms'>, place: PlacedPeer): void => {
  if (!isPeerHere(deps, place)) throw new AppError('not-joined', 'the peer has left');
  if (!isStill(deps, place)) throw new AppError('stale-placement', 'the room has moved');
};

/**
 * A worker that cannot take the room costs it the placement, as often as one connection may have that done
 * (PROTOCOL M8): a node with too much to do says no more. A node out of reach costs nothing, for a while.
 */
const ensureRoom = async (context: HandlerContext, place: PlacedPeer): Promise<void> => {
  const { deps, session } = context;
  const { home, key } = place;
  const { roomId, placement } = key;
  // As it is now: by the time that the node is reached nobody here may follow the room any more.
  const keep = deps.rooms.known(roomId)?.leaving?.placement;
  try {
    await callPlaced(context, place, (node) =>
      node.ensureRoom({ roomId, placement, worker: home.worker, keep }),
    );
  } catch (error) {
    const isRefused = hasCode(error, 'media-unavailable') && deps.media.isConnected(home);
    if (isRefused && session.mayTake('costly')) {
      deps.media.refused(home);
      await replaceRoom(deps, roomId, { placement, of: 'home' });
    }
    throw error;
  }
};

const connectTransport = bind(
  Requests['connect-transport'],
  async (context, { placement, direction, dtlsParameters }) => {
    const { deps } = context;
    const place = placeOf(deps, membershipOf(context), placement);
    await callPlaced(context, place, (node) =>
      node.connectTransport({ ...place.key, direction, dtlsParameters }),
    );
    return { data: {} };
  },
);

const restartIce = bind(
  Requests['restart-ice'],
  async (context, { placement, direction, transportId }) => {
    const { deps } = context;
    const place = placeOf(deps, membershipOf(context), placement);
    takeAllowance(context, 'costly');
    const iceParameters = await callPlaced(context, place, (node) =>
      node.restartIce({ ...place.key, direction, transportId }),
    );
    return { data: { iceParameters } };
  },
);

const arrived = bind(Requests.arrived, async (context, { placement }) => {
  const { deps } = context;
  const member = membershipOf(context);
  placeOf(deps, member, placement);
  takeAllowance(context, 'costly');
  const { roomId, peerId, session } = member;
  const command = { type: 'arrived', peerId, session, placement } as const;
  const { record } = await deps.rooms.execute(roomId, command);
  return { version: record.version, data: {} };
});

export const transportHandlers = {
  arrived,
  'open-transport': openTransport,
  'connect-transport': connectTransport,
  'restart-ice': restartIce,
};
