// `/livez`: the process answers. `/readyz`: it should be given work.
import type { FastifyInstance } from 'fastify';

export interface HealthDeps {
  readonly isDraining: () => boolean;
  readonly isStoreReady: () => boolean;
  readonly isMediaReady: () => boolean;
}

export const healthRoutes = (
  app: FastifyInstance,
  { isDraining, isStoreReady, isMediaReady }: HealthDeps,
): void => {
  app.get('/livez', async () => ({ status: 'live' }));
  app.get('/readyz', async (_request, reply) => {
    const checks = { accepting: !isDraining(), store: isStoreReady(), media: isMediaReady() };
    const isReady = checks.accepting && checks.store && checks.media;
    return reply
      .status(isReady ? 200 : 503)
      .send({ status: isReady ? 'ready' : 'not-ready', checks });
  });
};
