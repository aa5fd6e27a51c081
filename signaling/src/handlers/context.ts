// What a handler works with, and how a handler is bound to the schema of its request.
import type { FastifyBaseLogger } from 'fastify';
import * as z from 'zod/mini';
import type { IceServerList } from '../auth/ice-servers.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { MediaPool } from '../media/media-pool.ts';
import type { Observer } from '../metrics/observer.ts';
import type { PeerId, RoomId } from '../protocol/index.ts';
import type { CallModePolicy } from '../rooms/mode-rules.ts';
import type { NodeLeases } from '../rooms/node-leases.ts';
import type { RoomPeer, RoomRecord } from '../rooms/record.ts';
import type { RoomService } from '../rooms/room-service.ts';
import type { Persistence } from './persist.ts';

export interface HandlerDeps {
  readonly rooms: RoomService;
  readonly media: MediaPool;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  readonly maxPeersPerRoom: number;
  readonly callMode: CallModePolicy;
  readonly leases: NodeLeases;
  readonly persistence: Persistence;
  readonly observer: Observer;
  readonly iceServers: IceServerList;
  readonly isDraining: () => boolean;
}

/** Who a socket speaks for, once it has joined. */
export interface Membership {
  readonly roomId: RoomId;
  readonly peerId: PeerId;
  readonly session: number;
}

/** What a connection may ask for only so often, beside the limits for all requests. */
export type Allowance = 'appMessages' | 'costly';

/** The socket's session as a handler sees it. */
export interface HandlerSession {
  /** Whether anybody is there to be answered. */
  readonly isOpen: boolean;
  readonly membership: Membership | null;
  /** From now on the session hears of everything after the record. */
  enter(roomId: RoomId, peer: RoomPeer, record: RoomRecord): void;
  /** The session hears of nothing more and may join again. */
  exit(): void;
  /** What comes from now on is told after the answer to the request under way. */
  hold(): void;
  /** The answer under way says what there is of the room's ring up to this number. */
  skipMessages(upToSeq: number): void;
  mayTake(allowance: Allowance): boolean;
  /** What was taken was not used. */
  giveBack(allowance: Allowance): void;
}

export interface HandlerContext {
  readonly deps: HandlerDeps;
  readonly session: HandlerSession;
}

/** `version`: of the record that the request made. */
export interface Reply<A> {
  readonly data: A;
  readonly version?: number;
}

export type BoundHandler = (context: HandlerContext, data: unknown) => Promise<Reply<unknown>>;

/** Parses the data by the request's schema (`bad-request`), then runs the handler. */
export const bind =
  <D extends z.core.$ZodType, A extends z.core.$ZodType>(
    request: { readonly data: D; readonly answer: A },
    handler: (context: HandlerContext, data: z.output<D>) => Promise<Reply<z.input<A>>>,
  ): BoundHandler =>
  async (context, data) => {
    const parsed = z.safeParse(request.data, data);
    if (parsed.success) return handler(context, parsed.data);
    const paths = parsed.error.issues.map(({ path }) => path.join('.') || 'data');
    throw new AppError(
      'bad-request',
      `not as the protocol has it: ${paths.slice(0, 5).join(', ')}`,
    );
  };

/** Throws `not-joined`. */
export const membershipOf = ({ session }: HandlerContext): Membership => {
  if (session.membership === null) throw new AppError('not-joined', 'join first');
  return session.membership;
};

/** Throws `rate-limited`. */
export const takeAllowance = ({ session }: HandlerContext, allowance: Allowance): void => {
  if (!session.mayTake(allowance)) throw new AppError('rate-limited', 'too many of these');
};
