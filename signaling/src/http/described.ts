// What a route says of itself for the API's description (OpenAPI). The answers are also what is sent: a field
// that the schema does not have is left out. What comes in is parsed by the routes.
import * as z from 'zod/mini';
import { ErrorCode } from '../protocol/index.ts';

/** RFC 9457. */
const Problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  code: ErrorCode,
});

/** RFC 6750: which credential a request carries. */
export const SECURITY = {
  'join-key': "The room link's join key, 32 bytes as base64url.",
  session: 'The session token that a join was answered with.',
  admin: "The server's ADMIN_TOKEN.",
} as const;

export interface Description {
  readonly tag: 'rooms' | 'turn' | 'health' | 'admin';
  readonly summary: string;
  readonly security?: keyof typeof SECURITY;
  readonly params?: z.core.$ZodType;
  readonly query?: z.core.$ZodType;
  readonly body?: z.core.$ZodType;
  /** By status. Problems need not be named. */
  readonly answers: Readonly<Record<number, z.core.$ZodType>>;
}

/** As JSON Schema draft 7, which Fastify knows; without what says so. */
const jsonSchema = (schema: z.core.$ZodType, io: 'input' | 'output'): object => {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io });
  return rest;
};

const problem = {
  description: 'A problem (RFC 9457)',
  content: { 'application/problem+json': { schema: jsonSchema(Problem, 'output') } },
};

/** Options of a route. */
export const describe = (about: Description) => ({
  validatorCompiler: () => () => true,
  schema: {
    tags: [about.tag],
    summary: about.summary,
    ...(about.security && { security: [{ [about.security]: [] }] }),
    ...(about.params && { params: jsonSchema(about.params, 'input') }),
    ...(about.query && { querystring: jsonSchema(about.query, 'input') }),
    ...(about.body && { body: jsonSchema(about.body, 'input') }),
    response: {
      ...Object.fromEntries(
        Object.entries(about.answers).map(([status, schema]) => [
          status,
          { description: about.summary, ...jsonSchema(schema, 'output') },
        ]),
      ),
      '4xx': problem,
      '5xx': problem,
    },
  },
});
