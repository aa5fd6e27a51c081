// Join tokens and session tokens: signed claims that prove a peer id to any node (PROTOCOL J1, J5).
import type { JWT } from '@fastify/jwt';
import * as z from 'zod/mini';
import { AppError } from '../errors.ts';
import { PeerId, RoomId } from '../protocol/index.ts';

/** From the click on the link to the join. */
export const JOIN_TOKEN_TTL_S = 10 * 60;
/** A longer meeting asks for its token again by joining anew. */
const SESSION_TOKEN_TTL_S = 24 * 60 * 60;

const Claims = z.object({
  use: z.enum(['join', 'session']),
  room: RoomId,
  peer: PeerId,
});
export type Claims = z.infer<typeof Claims>;
type Holder = Omit<Claims, 'use'>;

export interface Tokens {
  forJoin(holder: Holder): string;
  forSession(holder: Holder): string;
  /** Throws `unauthorized`; a session token joins again, a join token does not resume. */
  verify(token: string, uses: readonly Claims['use'][]): Claims;
}

export const createTokens = (jwt: JWT): Tokens => {
  const sign = (use: Claims['use'], { room, peer }: Holder, expiresIn: number): string =>
    jwt.sign({ use, room, peer }, { expiresIn });

  const claimsOf = (token: string): unknown => {
    try {
      return jwt.verify(token);
    } catch {
      return undefined;
    }
  };

  return {
    forJoin: (holder) => sign('join', holder, JOIN_TOKEN_TTL_S),
    forSession: (holder) => sign('session', holder, SESSION_TOKEN_TTL_S),
    verify: (token, uses) => {
      const claims = Claims.safeParse(claimsOf(token));
      if (claims.success && uses.includes(claims.data.use)) return claims.data;
      throw new AppError('unauthorized', 'the token is not valid or has expired');
    },
  };
};
