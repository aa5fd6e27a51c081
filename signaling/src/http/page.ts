// The meeting page: files with a hash in their name are kept for ever, the shell never.
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const ONE_YEAR = 'public, max-age=31536000, immutable';

export const pageRoutes = async (app: FastifyInstance, webRoot: string): Promise<void> => {
  await app.register(fastifyStatic, {
    root: webRoot,
    index: 'index.html',
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header('cache-control', path.includes('/assets/') ? ONE_YEAR : 'no-cache');
    },
  });
  app.get('/m/:roomId', (_request, reply) => reply.sendFile('index.html'));
};
