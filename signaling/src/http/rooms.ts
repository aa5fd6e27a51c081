// Rooms over HTTP: make an id, ask who is there, get a token to join with.
import type { FastifyInstance } from 'fastify';
import type { RoomIds } from '../auth/room-ids.ts';
import { JOIN_TOKEN_TTL_S, type Tokens } from '../auth/tokens.ts';
import { AppError } from '../errors.ts';
import type { RoomId } from '../protocol/index.ts';
import { newPeerId } from '../random.ts';
import type { RoomService } from '../rooms/room-service.ts';

/** Generous: a whole school may sit behind one address. */
const ROOMS_PER_MINUTE = 120;
const LOOKUPS_PER_MINUTE = 1200;

export interface RoomRoutesDeps {
  readonly roomIds: RoomIds;
  readonly tokens: Tokens;
  readonly rooms: RoomService;
}

const perMinute = (max: number) => ({ config: { rateLimit: { max, timeWindow: '1 minute' } } });

export const roomRoutes = (
  app: FastifyInstance,
  { roomIds, tokens, rooms }: RoomRoutesDeps,
): void => {
  const requireRoom = (id: string): RoomId => {
    const roomId = roomIds.verify(id);
    if (roomId === undefined) throw new AppError('room-not-found', 'No such meeting');
    return roomId;
  };

  app.post('/api/rooms', perMinute(ROOMS_PER_MINUTE), async (_request, reply) =>
    reply.status(201).send({ roomId: roomIds.mint() }),
  );

  app.get<{ Params: { id: string } }>(
    '/api/rooms/:id',
    perMinute(LOOKUPS_PER_MINUTE),
    async ({ params }) => {
      const record = await rooms.read(requireRoom(params.id));
      return { peers: record?.peers.length ?? 0 };
    },
  );

  app.post<{ Params: { id: string } }>(
    '/api/rooms/:id/token',
    perMinute(LOOKUPS_PER_MINUTE),
    async ({ params }) => {
      const token = tokens.forJoin({ room: requireRoom(params.id), peer: newPeerId() });
      return { token, expiresInSeconds: JOIN_TOKEN_TTL_S };
    },
  );
};
