// The HTTP API in words that programs read (OpenAPI 3.1), made of what the routes say of themselves.
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { SECURITY } from './described.ts';
import { LOOKUPS_PER_MINUTE, perMinute } from './rates.ts';

/** Before the routes are added. */
export const describeApi = async (app: FastifyInstance): Promise<void> => {
  await app.register(swagger, {
    hideUntagged: true,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sotto',
        description:
          'Rooms, tokens, and what an administrator asks. Calls themselves: PROTOCOL.md.',
        version: '1',
      },
      components: {
        securitySchemes: Object.fromEntries(
          Object.entries(SECURITY).map(([name, description]) => [
            name,
            { type: 'http' as const, scheme: 'bearer', description },
          ]),
        ),
      },
    },
  });
  app.get('/api/openapi.json', perMinute(LOOKUPS_PER_MINUTE), async () => app.swagger());
};
