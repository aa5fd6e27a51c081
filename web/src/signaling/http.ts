// What the page asks over HTTP before it has a socket.
import { type RoomId, Token } from '@sotto/signaling/protocol';
import * as z from 'zod/mini';

const TokenAnswer = z.object({ token: Token });
const PeopleAnswer = z.object({ peers: z.int().check(z.gte(0)) });
/** Problem details (RFC 9457) with the protocol's error code. */
const Problem = z.object({ code: z.string() });

export type HttpErrorCode = 'room-not-found' | 'busy' | 'unreachable' | 'internal';

export class HttpError extends Error {
  readonly code: HttpErrorCode;

  constructor(code: HttpErrorCode) {
    super(code);
    this.name = 'HttpError';
    this.code = code;
  }
}

const problemOf = async (response: Response): Promise<HttpErrorCode> => {
  const problem = Problem.safeParse(await response.json().catch(() => null)).data;
  if (problem?.code === 'room-not-found') return 'room-not-found';
  return response.status === 429 || response.status === 503 ? 'busy' : 'internal';
};

const ask = async <T extends z.core.$ZodType>(
  path: string,
  method: 'GET' | 'POST',
  joinKey: string,
  answer: T,
): Promise<z.output<T>> => {
  const headers = { accept: 'application/json', authorization: `Bearer ${joinKey}` };
  const response = await fetch(path, { method, headers }).catch(() => {
    throw new HttpError('unreachable');
  });
  if (!response.ok) throw new HttpError(await problemOf(response));
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
