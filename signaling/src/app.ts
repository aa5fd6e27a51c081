// The signaling app: everything wired, nothing listening. Tests build it as main.ts does.
import cors from '@fastify/cors';
import jwt from '@fastify/jwt';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { createIceServers, type TurnSettings } from './auth/ice-servers.ts';
import { createRoomIds, roomTag } from './auth/room-ids.ts';
import { deriveSecrets } from './auth/secrets.ts';
import { createTokens } from './auth/tokens.ts';
import type { Clock } from './clock.ts';
import type { Tls } from './config.ts';
import { goDirect } from './handlers/call-mode.ts';
import type { HandlerDeps } from './handlers/context.ts';
import { watchMedia } from './handlers/media-events.ts';
import { endAbsence } from './handlers/membership.ts';
import { createPersistence } from './handlers/persist.ts';
import { closeLost, place } from './handlers/placement.ts';
import { leaveGoneHomes } from './handlers/reconcile.ts';
import { adminRoutes } from './http/admin/admin-routes.ts';
import { describeApi } from './http/api-description.ts';
import { healthRoutes } from './http/health.ts';
import { pageRoutes } from './http/page.ts';
import { answerError, installProblems } from './http/problem.ts';
import { roomRoutes } from './http/rooms.ts';
import { sharedRateStore } from './http/shared-rates.ts';
import type { Rates } from './rates.ts';
import { securityHeaders } from './http/security-headers.ts';
import { turnRoute } from './http/turn-credentials.ts';
import type { MediaDirectory } from './media/media-directory.ts';
import { createMediaPool } from './media/media-pool.ts';
import type { Metrics } from './metrics/metrics.ts';
import { observeStore } from './metrics/observed-store.ts';
import { NO_OBSERVER } from './metrics/observer.ts';
import { CLOSE, LIMITS } from './protocol/index.ts';
import type { CallModePolicy } from './rooms/mode-rules.ts';
import type { NodeLeases } from './rooms/node-leases.ts';
import { RoomService } from './rooms/room-service.ts';
import type { RoomStore } from './rooms/room-store.ts';
import type { ConnectionLimits } from './socket/rate-limit.ts';
import { socketRoute } from './socket/route.ts';

export interface AppDeps {
  readonly store: RoomStore;
  /** Whether the store answers now; absent where it is this process's own memory. */
  readonly isStoreReady?: () => boolean;
  /** Absent where nobody asks for figures. */
  readonly metrics?: Metrics;
  readonly leases: NodeLeases;
  /** Of addresses, for all processes together; absent: this one counts for itself. */
  readonly rates?: Rates;
  /** The app closes it. */
  readonly media: MediaDirectory;
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  readonly limits: ConnectionLimits;
  /** Everything that this server signs is signed with keys derived from it. */
  readonly secret: string;
  readonly maxPeersPerRoom: number;
  readonly callMode: CallModePolicy;
  /** What pages are told to use beside the media node; null where there is none. */
  readonly turn: TurnSettings | null;
  readonly corsOrigins: readonly string[];
  /** How many proxies of ours a request passes; 0 believes no header. */
  readonly trustedProxies: number;
  readonly tls: Tls | null;
  /** Opens the API for administrators; absent: there is none. */
  readonly adminToken?: string;
  /** The built page; absent where only the API is wanted. */
  readonly webRoot?: string;
}

const SOCKET_OPTIONS = {
  maxPayload: LIMITS.messageBytes,
  perMessageDeflate: false,
  /** For the other side to answer a close; a dead one never does. Shutting down waits for it. */
  closeTimeout: 2_000,
};

/** Requests carry ids of a few bytes; nothing that anybody posts is larger. */
const BODY_BYTES = 16 * 1024;

export const buildApp = async (deps: AppDeps): Promise<FastifyInstance> => {
  const { clock, log, metrics } = deps;
  const store = metrics === undefined ? deps.store : observeStore(deps.store, metrics.observer);
  const app = Fastify({
    https: deps.tls,
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    frameworkErrors: answerError,
    trustProxy: (_address, hop) => hop < deps.trustedProxies,
    bodyLimit: BODY_BYTES,
    forceCloseConnections: true,
  });
  const secrets = deriveSecrets(deps.secret);
  let isDraining = false;

  installProblems(app);
  await securityHeaders(app, { isTls: deps.tls !== null });
  await app.register(cors, { origin: [...deps.corsOrigins] });
  // A store that cannot count lets everybody in: connections have limits of their own.
  const shared = deps.rates && { store: sharedRateStore(deps.rates), skipOnError: true };
  await app.register(rateLimit, { global: false, ...shared });
  await app.register(jwt, { secret: secrets.tokenKey });
  await app.register(websocket, {
    options: SOCKET_OPTIONS,
    // A broken frame or too large a message: ws has closed the socket already.
    errorHandler: (error) => log.debug({ err: error }, 'socket error'),
    preClose: (done) => {
      isDraining = true;
      for (const socket of app.websocketServer.clients) socket.close(CLOSE.draining, 'draining');
      done();
    },
  });

  await describeApi(app);
  const tokens = createTokens(app.jwt);
  const media = createMediaPool({ directory: deps.media, clock });
  const isStoreReady = deps.isStoreReady ?? (() => true);
  const rooms = new RoomService({
    store,
    isStoreReady,
    leases: deps.leases,
    clock,
    onAbsenceOver: (roomId, peerId, session) => endAbsence(handlers, { roomId, peerId, session }),
    onForsaken: (roomId, peerId) =>
      log.info({ room: roomTag(roomId), peer: peerId }, 'peer disconnected: nobody has the socket'),
    onMayGoDirect: (roomId) => goDirect(handlers, roomId),
    onLacksHome: (roomId) => place(handlers, roomId),
    onHomeAwaited: (roomId, why) =>
      log.warn({ room: roomTag(roomId), err: why }, 'room waits for a media worker'),
    onHomeAwaitedNoMore: (roomId) =>
      log.info({ room: roomTag(roomId) }, 'room waits for a media worker no more'),
    onMediaLost: (roomId, lost) => void closeLost(handlers, roomId, lost),
    onStoreAway: () => log.error('room store away'),
    onStoreBack: () => {
      log.info('room store back');
      leaveGoneHomes(handlers);
    },
    onError: (error, roomId) =>
      log.error({ room: roomTag(roomId), err: error }, 'room store failed'),
  });
  const persistence = createPersistence({ clock, log, isStoreAway: () => rooms.isStoreAway() });
  const handlers: HandlerDeps = {
    rooms,
    media,
    tokens,
    clock,
    log,
    maxPeersPerRoom: deps.maxPeersPerRoom,
    callMode: deps.callMode,
    leases: deps.leases,
    persistence,
    observer: metrics?.observer ?? NO_OBSERVER,
    iceServers: createIceServers(deps.turn, clock),
    isDraining: () => isDraining,
  };

  metrics?.watch({
    countRooms: () => rooms.count(),
    isStoreAnswering: isStoreReady,
    mediaNodes: () => media.nodes.map((node) => node.isConnected()),
  });

  const isMediaReady = (): boolean => media.isReady();
  healthRoutes(app, { isDraining: handlers.isDraining, isStoreReady, isMediaReady });
  turnRoute(app, handlers);
  roomRoutes(app, { roomIds: createRoomIds(secrets.roomIdKey), tokens, rooms });
  if (deps.adminToken !== undefined) {
    const { leases } = deps;
    await adminRoutes(app, { token: deps.adminToken, leases, media, rooms, clock, log });
  }
  socketRoute(app, { handlers, limits: deps.limits, allowedOrigins: deps.corsOrigins });
  if (deps.webRoot !== undefined) await pageRoutes(app, deps.webRoot);

  const unwatch = watchMedia(handlers);
  app.addHook('onClose', async () => {
    unwatch();
    persistence.close();
    rooms.close();
    await deps.media.close();
  });
  return app;
};
