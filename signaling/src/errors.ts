// The one error that may reach a client: a closed code and a text for developers, never a secret.
import type { ErrorCode } from './protocol/index.ts';

export class AppError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
  }
}

export const hasCode = (error: unknown, ...codes: readonly ErrorCode[]): boolean =>
  error instanceof AppError && codes.includes(error.code);

/** What a session had to say is of no use any more: the session, the room or the node has ended. */
export const isTooLate = (error: unknown): boolean =>
  hasCode(error, 'not-joined', 'room-reset', 'draining');
