// The border between mediasoup's errors and the closed set of protocol.ts.
import { errors } from 'mediasoup';
import { MediaError } from './protocol.ts';

export const badParameters = (why: string): MediaError => new MediaError('bad-parameters', why);
export const notFound = (what: string): MediaError => new MediaError('not-found', what);
export const stalePlacement = (why: string): MediaError => new MediaError('stale-placement', why);
export const unavailable = (why: string): MediaError => new MediaError('unavailable', why);

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** `NotFoundError` and a closed worker are races that nobody did wrong. */
export const isGone = (error: unknown): boolean =>
  error instanceof errors.NotFoundError ||
  error instanceof errors.WorkerClosedError ||
  (error instanceof MediaError && error.code === 'not-found');

export const toMediaError = (error: unknown): MediaError => {
  if (error instanceof MediaError) return error;
  if (error instanceof errors.NotFoundError) return notFound(error.message);
  if (error instanceof TypeError || error instanceof errors.UnsupportedError) {
    return badParameters(error.message);
  }
  return unavailable(messageOf(error));
};
