// Rooms over HTTP: make an id, ask who is there, get a token to join with. The last two take the link's
// join key (PROTOCOL R1), which is never kept and never logged.
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { JoinHash, type RoomIds } from '../auth/room-ids.ts';
import { JOIN_TOKEN_TTL_S, type Tokens } from '../auth/tokens.ts';
import { AppError } from '../errors.ts';
import type { RoomId } from '../protocol/index.ts';
import { newPeerId } from '../random.ts';
import type { RoomService } from '../rooms/room-service.ts';
import { bearerOf } from './bearer.ts';
import { LOOKUPS_PER_MINUTE, perMinute, ROOMS_PER_MINUTE } from './rates.ts';

export interface RoomRoutesDeps {
  readonly roomIds: RoomIds;
  readonly tokens: Tokens;
  readonly rooms: RoomService;
}

const NewRoom = z.object({ joinHash: JoinHash });

export const roomRoutes = (
  app: FastifyInstance,
  { roomIds, tokens, rooms }: RoomRoutesDeps,
): void => {
  const requireRoom = (id: string, headers: IncomingHttpHeaders): RoomId => {
    const roomId = roomIds.verify(id, bearerOf(headers));
    if (roomId === undefined) throw new AppError('room-not-found', 'No such meeting');
    return roomId;
  };

  app.post('/api/rooms', perMinute(ROOMS_PER_MINUTE), async ({ body }, reply) => {
    const wanted = NewRoom.safeParse(body);
    if (!wanted.success) throw new AppError('bad-request', 'A meeting needs its joinHash');
    return reply.status(201).send({ roomId: roomIds.mint(wanted.data.joinHash) });
  });

  app.get<{ Params: { id: string } }>(
    '/api/rooms/:id',
    perMinute(LOOKUPS_PER_MINUTE),
    async ({ params, headers }) => {
      const record = await rooms.read(requireRoom(params.id, headers));
      return { peers: record?.peers.length ?? 0 };
    },
  );

  app.post<{ Params: { id: string } }>(
    '/api/rooms/:id/token',
    perMinute(LOOKUPS_PER_MINUTE),
    async ({ params, headers }) => {
      const token = tokens.forJoin({ room: requireRoom(params.id, headers), peer: newPeerId() });
      return { token, expiresInSeconds: JOIN_TOKEN_TTL_S };
    },
  );
};
