// What the page asks over HTTP: before it has a socket, and what a session may ask beside it.
import { IceServers, type RoomId, Token } from '@sotto/signaling/protocol';
import * as z from 'zod/mini';

const TokenAnswer = z.object({ token: Token });
const PeopleAnswer = z.object({ peers: z.int().check(z.gte(0)) });
/** Problem details (RFC 9457) with the protocol's error code. */
const Problem = z.object({ code: z.string() });

export type HttpErrorCode = 'room-not-found' | 'busy' | 'unreachable' | 'internal';

export class HttpError extends Error {
  readonly code: HttpErrorCode;
  /** What the server called it; null when it said nothing of that kind. */
  readonly problem: string | null;

  constructor(code: HttpErrorCode, problem: string | null = null) {
    super(code);
    this.name = 'HttpError';
    this.code = code;
    this.problem = problem;
  }
}

const codeOf = (status: number, problem: string | null): HttpErrorCode => {
  if (problem === 'room-not-found') return problem;
  return status === 429 || status === 503 ? 'busy' : 'internal';
};

const errorOf = async (response: Response): Promise<HttpError> => {
  const parsed = Problem.safeParse(await response.json().catch(() => null));
  const problem = parsed.data?.code ?? null;
  return new HttpError(codeOf(response.status, problem), problem);
};

const ask = async <T extends z.core.$ZodType>(
  path: string,
  method: 'GET' | 'POST',
  bearer: string,
  answer: T,
): Promise<z.output<T>> => {
  const headers = { accept: 'application/json', authorization: `Bearer ${bearer}` };
  const response = await fetch(path, { method, headers }).catch(() => {
    throw new HttpError('unreachable');
  });
  if (!response.ok) throw await errorOf(response);
  const parsed = z.safeParse(answer, await response.json().catch(() => null));
  if (!parsed.success) throw new HttpError('internal');
  return parsed.data;
};

/** `joinKey`: K_join in base64url (link/room-secret.ts). Rejects with HttpError. */
export const fetchJoinToken = async (roomId: RoomId, joinKey: string): Promise<string> =>
  (await ask(`/api/rooms/${roomId}/token`, 'POST', joinKey, TokenAnswer)).token;

/** People in the room now. Rejects with HttpError. */
export const fetchPeopleCount = async (roomId: RoomId, joinKey: string): Promise<number> =>
  (await ask(`/api/rooms/${roomId}`, 'GET', joinKey, PeopleAnswer)).peers;

/** Asking again would not change it. */
const GIVES_NONE: ReadonlySet<string | null> = new Set([
  'turn-not-configured',
  'unauthorized',
  'not-found',
]);

/** Null: the server gives this session none. Rejects with HttpError. */
export const fetchIceServers = async (sessionToken: string): Promise<IceServers | null> => {
  try {
    return await ask('/api/turn-credentials', 'GET', sessionToken, IceServers);
  } catch (error) {
    if (error instanceof HttpError && GIVES_NONE.has(error.problem)) return null;
    throw error;
  }
};
