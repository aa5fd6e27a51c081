// `/ws`: who may upgrade, and the wiring of a socket to its session. The listener is attached in the
// same turn as the upgrade, so no first message is lost.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import type { HandlerDeps } from '../handlers/context.ts';
import { CLOSE } from '../protocol/index.ts';
import type { ConnectionLimits } from './rate-limit.ts';
import { Session } from './session.ts';

/** A whole school may sit behind one address. */
const UPGRADES_PER_MINUTE = 600;

export interface SocketRouteOptions {
  readonly handlers: HandlerDeps;
  readonly limits: ConnectionLimits;
  readonly allowedOrigins: readonly string[];
}

/** Browsers always name the page's origin (RFC 6455 §10.2); programs need not. */
const isAllowedOrigin = (request: FastifyRequest, allowed: readonly string[]): boolean => {
  const { origin } = request.headers;
  if (origin === undefined || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === request.host;
};

export const socketRoute = (app: FastifyInstance, options: SocketRouteOptions): void => {
  app.get(
    '/ws',
    {
      websocket: true,
      config: { rateLimit: { max: UPGRADES_PER_MINUTE, timeWindow: '1 minute' } },
      preValidation: async (request) => {
        if (!isAllowedOrigin(request, options.allowedOrigins)) {
          throw new AppError('unauthorized', 'this origin may not connect');
        }
      },
    },
    (socket) => {
      options.handlers.observer.socketOpened();
      const session = new Session(socket, options.handlers, options.limits);
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (isBinary) session.close(CLOSE.badMessage, 'text only');
        else session.onMessage(data.toString('utf8'), data.byteLength);
      });
      socket.on('close', (code) => {
        options.handlers.observer.socketClosed(code);
        session.onClose(code);
      });
    },
  );
};
