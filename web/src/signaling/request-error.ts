// Why a request has no answer. Words for people live in the views.
import type { ErrorCode } from '@sotto/signaling/protocol';

export type RequestErrorCode =
  | ErrorCode
  /** No answer in time, reconnecting included; whether it was done is not known. */
  | 'timeout'
  /** The client was closed, or ended by the server. */
  | 'closed'
  /** The answer was not what the protocol says. */
  | 'bad-answer';

export class RequestError extends Error {
  readonly code: RequestErrorCode;

  constructor(code: RequestErrorCode, message: string = code) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
  }
}

export const codeOf = (error: unknown): RequestErrorCode | null =>
  error instanceof RequestError ? error.code : null;

const PASSING: ReadonlySet<RequestErrorCode | null> = new Set([
  'room-reset',
  'stale-placement',
  'not-joined',
  'unavailable',
  'timeout',
  'closed',
]);

/** No refusal: the room, the placement or the connection changes, and then it is tried again. */
export const isPassing = (error: unknown): boolean => PASSING.has(codeOf(error));

const OVER: ReadonlySet<RequestErrorCode | null> = new Set([
  'stale-placement',
  'room-reset',
  'closed',
]);

/** The placement or the call that this was asked of has ended; its follower is somebody else's. */
export const isOver = (error: unknown): boolean => OVER.has(codeOf(error));
