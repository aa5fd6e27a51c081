// What an administrator may ask and do over HTTP: look at nodes and rooms, and empty a media node or one of
// its workers (PROTOCOL A1–A4). There only where there is an ADMIN_TOKEN.
import { createAuthorization } from '@sotto/sfu-worker/authorization';
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import type { Clock } from '../../clock.ts';
import { AppError, hasCode } from '../../errors.ts';
import { callMedia } from '../../media/media-calls.ts';
import type { MediaPool } from '../../media/media-pool.ts';
import type { RoomId } from '../../protocol/index.ts';
import type { NodeLeases } from '../../rooms/node-leases.ts';
import type { RoomService } from '../../rooms/room-service.ts';
import { ROOM_CURSOR } from '../../rooms/room-store.ts';
import { describe } from '../described.ts';
import { ADMIN_PER_MINUTE } from '../rates.ts';
import { nodesView, NodesView, roomView, RoomsView } from './admin-views.ts';

export interface AdminDeps {
  readonly token: string;
  readonly leases: NodeLeases;
  readonly media: MediaPool;
  readonly rooms: Pick<RoomService, 'list' | 'read'>;
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
}

const NodeParams = z.object({ nodeId: z.string().check(z.minLength(1), z.maxLength(128)) });
const WorkerParams = z.object({
  ...NodeParams.shape,
  worker: z.string().check(z.regex(/^\d{1,4}$/)),
});
const RoomsQuery = z.object({ cursor: z.optional(z.string().check(z.regex(ROOM_CURSOR))) });
/** It has begun; `nodes` tells how far it is. */
const Begun = z.object({ status: z.literal('draining') });

const parsed = <S extends z.core.$ZodType>(schema: S, data: unknown): z.output<S> => {
  const result = z.safeParse(schema, data);
  if (result.success) return result.data;
  throw new AppError('bad-request', 'The request is not as the API has it');
};

const about = (summary: string) => ({ tag: 'admin', security: 'admin', summary }) as const;

/** None for a room that has ended, and for one that only another release can read. */
const viewRoom = async (rooms: AdminDeps['rooms'], roomId: RoomId): Promise<RoomsView['rooms']> => {
  try {
    const record = await rooms.read(roomId);
    return record === null ? [] : [roomView(roomId, record)];
  } catch (error) {
    if (hasCode(error, 'upgrade-required')) return [];
    throw error;
  }
};

export const adminRoutes = async (app: FastifyInstance, deps: AdminDeps): Promise<void> => {
  const { leases, media, rooms, clock, log } = deps;
  const isAuthorized = createAuthorization(deps.token);

  const findNode = (nodeId: string): MediaNode => {
    const node = media.nodes.find((each) => each.nodeId === nodeId && each.isConnected());
    if (node === undefined) throw new AppError('not-found', 'No such media node is connected');
    return node;
  };

  const drain = async (nodeId: string, worker?: number): Promise<z.infer<typeof Begun>> => {
    await callMedia(clock, findNode(nodeId).drain({ worker }));
    log.info({ media: nodeId, worker }, 'an administrator drains media');
    return { status: 'draining' };
  };

  // A scope of its own: nothing of it is reached without the token.
  await app.register(async (admin) => {
    admin.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
    // One count for all of it, and before the token is looked at: guesses are to be counted.
    const timeWindow = '1 minute';
    admin.addHook(
      'onRequest',
      admin.rateLimit({ max: ADMIN_PER_MINUTE, timeWindow, groupId: 'admin' }),
    );
    admin.addHook('onRequest', async ({ headers }) => {
      if (!isAuthorized(headers.authorization)) {
        throw new AppError('unauthorized', 'This is for who has the ADMIN_TOKEN');
      }
    });

    admin.get(
      '/api/admin/nodes',
      describe({ ...about('Nodes and workers'), answers: { 200: NodesView } }),
      async () => nodesView(leases, media),
    );

    admin.get(
      '/api/admin/rooms',
      describe({
        ...about('Rooms, a page at a time; one may be on two pages'),
        query: RoomsQuery,
        answers: { 200: RoomsView },
      }),
      async ({ query }): Promise<RoomsView> => {
        const { roomIds, next } = await rooms.list(parsed(RoomsQuery, query).cursor ?? null);
        const views = await Promise.all(roomIds.map((roomId) => viewRoom(rooms, roomId)));
        return { rooms: views.flat(), next };
      },
    );

    admin.post(
      '/api/admin/media-nodes/:nodeId/drain',
      describe({
        ...about('Empty a media node: its rooms move to others, then its process ends'),
        params: NodeParams,
        answers: { 202: Begun },
      }),
      async ({ params }, reply) =>
        reply.status(202).send(await drain(parsed(NodeParams, params).nodeId)),
    );

    admin.post(
      '/api/admin/media-nodes/:nodeId/workers/:worker/drain',
      describe({
        ...about('Empty one worker: its rooms move to others, then a fresh one takes its place'),
        params: WorkerParams,
        answers: { 202: Begun },
      }),
      async ({ params }, reply) => {
        const { nodeId, worker } = parsed(WorkerParams, params);
        return reply.status(202).send(await drain(nodeId, Number(worker)));
      },
    );
  });
};
