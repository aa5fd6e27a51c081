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
