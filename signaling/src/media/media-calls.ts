// Calls to media nodes as handlers make them: errors translated at this border, time bounded.
import { MediaError, type MediaErrorCode } from '@sotto/sfu-worker/protocol';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { ErrorCode } from '../protocol/index.ts';

/** A worker that hangs must not hold a session's other requests for longer than this. */
const MEDIA_CALL_TIMEOUT_MS = 10_000;

const CODES: Readonly<Record<MediaErrorCode, ErrorCode>> = {
  'stale-placement': 'stale-placement',
  'not-found': 'not-found',
  'bad-parameters': 'bad-request',
  unavailable: 'media-unavailable',
};

/** Rejects with AppError only. */
export const callMedia = <T>(clock: Clock, call: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(MEDIA_CALL_TIMEOUT_MS, () =>
      reject(new AppError('media-unavailable', 'the media node does not answer')),
    );
    call.finally(cancel).then(resolve, (error: unknown) => reject(translate(error)));
  });

const translate = (error: unknown): AppError =>
  error instanceof MediaError
    ? new AppError(CODES[error.code], error.message, { cause: error })
    : new AppError('internal', 'the media node failed', { cause: error });
