// `/livez`: the process answers. `/readyz`: it should be given work.
import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { describe } from './described.ts';

export interface HealthDeps {
  readonly isDraining: () => boolean;
  readonly isStoreReady: () => boolean;
  readonly isMediaReady: () => boolean;
}

const Live = z.object({ status: z.literal('live') });
const Ready = z.object({
  status: z.enum(['ready', 'not-ready']),
  checks: z.object({ accepting: z.boolean(), store: z.boolean(), media: z.boolean() }),
});

const about = (summary: string) => ({ tag: 'health', summary }) as const;

export const healthRoutes = (
  app: FastifyInstance,
  { isDraining, isStoreReady, isMediaReady }: HealthDeps,
): void => {
  const live = describe({ ...about('The process answers'), answers: { 200: Live } });
  const ready = describe({
    ...about('The process should be given work'),
    answers: { 200: Ready, 503: Ready },
  });
  app.get('/livez', live, async () => ({ status: 'live' }));
  app.get('/readyz', ready, async (_request, reply) => {
    const checks = { accepting: !isDraining(), store: isStoreReady(), media: isMediaReady() };
    const isReady = checks.accepting && checks.store && checks.media;
    return reply
      .status(isReady ? 200 : 503)
      .send({ status: isReady ? 'ready' : 'not-ready', checks });
  });
};
