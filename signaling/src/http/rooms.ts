// Rooms over HTTP: make an id, ask who is there, get a token to join with. The last two take the link's
// join key (PROTOCOL R1), which is never kept and never logged.
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { JoinHash, type RoomIds } from '../auth/room-ids.ts';
import { JOIN_TOKEN_TTL_S, type Tokens } from '../auth/tokens.ts';
import { AppError } from '../errors.ts';
import { RoomId } from '../protocol/index.ts';
import { newPeerId } from '../random.ts';
import type { RoomService } from '../rooms/room-service.ts';
import { bearerOf } from './bearer.ts';
import { describe } from './described.ts';
import { LOOKUPS_PER_MINUTE, perMinute, ROOMS_PER_MINUTE } from './rates.ts';

export interface RoomRoutesDeps {
  readonly roomIds: RoomIds;
  readonly tokens: Tokens;
  readonly rooms: RoomService;
}

const NewRoom = z.object({ joinHash: JoinHash });

const ofRoom = (summary: string) =>
  ({ tag: 'rooms', security: 'join-key', summary, params: z.object({ id: RoomId }) }) as const;

export const roomRoutes = (
  app: FastifyInstance,
  { roomIds, tokens, rooms }: RoomRoutesDeps,
): void => {
  const requireRoom = (id: string, headers: IncomingHttpHeaders): RoomId => {
    const roomId = roomIds.verify(id, bearerOf(headers));
    if (roomId === undefined) throw new AppError('room-not-found', 'No such meeting');
    return roomId;
  };

  const makeRoom = describe({
    tag: 'rooms',
    summary: 'Make the id of a new meeting, for the hash of its join key',
    body: NewRoom,
    answers: { 201: z.object({ roomId: RoomId }) },
  });
  app.post(
    '/api/rooms',
    { ...perMinute(ROOMS_PER_MINUTE), ...makeRoom },
    async ({ body }, reply) => {
      const wanted = NewRoom.safeParse(body);
      if (!wanted.success) throw new AppError('bad-request', 'A meeting needs its joinHash');
      return reply.status(201).send({ roomId: roomIds.mint(wanted.data.joinHash) });
    },
  );

  app.get<{ Params: { id: string } }>(
    '/api/rooms/:id',
    {
      ...perMinute(LOOKUPS_PER_MINUTE),
      ...describe({
        ...ofRoom('How many people are in a meeting'),
        answers: { 200: z.object({ peers: z.int() }) },
      }),
    },
    async ({ params, headers }) => {
      const record = await rooms.read(requireRoom(params.id, headers));
      return { peers: record?.peers.length ?? 0 };
    },
  );

  app.post<{ Params: { id: string } }>(
    '/api/rooms/:id/token',
    {
      ...perMinute(LOOKUPS_PER_MINUTE),
      ...describe({
        ...ofRoom('A token to join a meeting with'),
        answers: { 200: z.object({ token: z.string(), expiresInSeconds: z.int() }) },
      }),
    },
    async ({ params, headers }) => {
      const token = tokens.forJoin({ room: requireRoom(params.id, headers), peer: newPeerId() });
      return { token, expiresInSeconds: JOIN_TOKEN_TTL_S };
    },
  );
};
