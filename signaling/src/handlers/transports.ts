// A peer's two transports on the media node (PROTOCOL M1, M2, M10).
import { AppError } from '../errors.ts';
import { callMedia } from '../media/media-calls.ts';
import { Requests } from '../protocol/index.ts';
import { findPeer } from '../rooms/record.ts';
import { bind, membershipOf, takeAllowance } from './context.ts';
import { placeOf, replaceRoom } from './placement.ts';

const openTransport = bind(Requests['open-transport'], async (context, request) => {
  const { deps } = context;
  const membership = membershipOf(context);
  const { node, home, key } = placeOf(deps, membership, request.placement);
  const { roomId, placement } = key;
  try {
    await callMedia(deps.clock, node.ensureRoom({ roomId, placement, worker: home.worker }));
  } catch (error) {
    if (error instanceof AppError && error.code === 'media-unavailable') {
      await replaceRoom(deps, roomId, placement);
    }
    throw error;
  }
  const data = await callMedia(deps.clock, node.openTransport({ ...request, ...key }));
  if (findPeer(deps.rooms.known(roomId), membership.peerId) === undefined) {
    // The peer left by another socket meanwhile: nobody else would close what was just opened.
    await callMedia(deps.clock, node.closePeer(key));
    throw new AppError('not-joined', 'the peer has left');
  }
  return { data };
});

const connectTransport = bind(
  Requests['connect-transport'],
  async (context, { placement, direction, dtlsParameters }) => {
    const { deps } = context;
    const { node, key } = placeOf(deps, membershipOf(context), placement);
    await callMedia(deps.clock, node.connectTransport({ ...key, direction, dtlsParameters }));
    return { data: {} };
  },
);

const restartIce = bind(
  Requests['restart-ice'],
  async (context, { placement, direction, transportId }) => {
    const { deps } = context;
    const { node, key } = placeOf(deps, membershipOf(context), placement);
    takeAllowance(context, 'costly');
    const call = node.restartIce({ ...key, direction, transportId });
    return { data: { iceParameters: await callMedia(deps.clock, call) } };
  },
);

export const transportHandlers = {
  'open-transport': openTransport,
  'connect-transport': connectTransport,
  'restart-ice': restartIce,
};
