// New TURN credentials for who is in a room: calls last longer than those of the join (PROTOCOL T2).
import type { FastifyInstance } from 'fastify';
import type { IceServerList } from '../auth/ice-servers.ts';
import type { Claims, Tokens } from '../auth/tokens.ts';
import { AppError } from '../errors.ts';
import { IceServers } from '../protocol/index.ts';
import { findPeer } from '../rooms/record.ts';
import type { RoomService } from '../rooms/room-service.ts';
import { bearerOf } from './bearer.ts';
import { describe } from './described.ts';
import { LOOKUPS_PER_MINUTE, perMinute } from './rates.ts';

export interface TurnRouteDeps {
  readonly tokens: Tokens;
  readonly rooms: RoomService;
  readonly iceServers: IceServerList;
}

export const turnRoute = (
  app: FastifyInstance,
  { tokens, rooms, iceServers }: TurnRouteDeps,
): void => {
  /** The token outlives its peer's stay by hours: who has left has no use for a relay. */
  const requirePeer = async (token: string): Promise<Claims> => {
    const claims = tokens.verify(token, ['session']);
    const record = await rooms.read(claims.room);
    if (findPeer(record, claims.peer) !== undefined) return claims;
    throw new AppError('unauthorized', 'the peer is not in the room');
  };

  app.get(
    '/api/turn-credentials',
    {
      ...perMinute(LOOKUPS_PER_MINUTE),
      ...describe({
        tag: 'turn',
        summary: 'New TURN credentials, for who is in a meeting',
        security: 'session',
        answers: { 200: IceServers },
      }),
      onRequest: async (_request, reply) => {
        reply.header('cache-control', 'no-store');
      },
    },
    async ({ headers }) => {
      const { peer } = await requirePeer(bearerOf(headers) ?? '');
      if (iceServers.hasTurn) return iceServers.forPeer(peer);
      throw new AppError('turn-not-configured', 'this server knows no TURN server');
    },
  );
};
