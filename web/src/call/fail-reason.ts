// Why a call could not begin or go on, from what the server and the browser said.
import type { EndReason } from '../signaling/client.ts';
import { HttpError } from '../signaling/http.ts';
import type { FailReason } from './call-state.ts';

export const failReasonOfEnd = (reason: EndReason): FailReason => {
  switch (reason) {
    case 'replaced':
    case 'unreachable':
    case 'room-full':
    case 'room-not-found':
    case 'upgrade-required':
      return reason;
    case 'not-found':
      return 'room-not-found';
    case 'timeout':
      return 'unreachable';
    // The server speaks differently from what this page knows: a reload brings them together.
    case 'bad-answer':
    case 'unknown-method':
      return 'upgrade-required';
    case 'bad-request':
    case 'not-joined':
    case 'already-joined':
    case 'unauthorized':
    case 'room-reset':
    case 'stale-placement':
    case 'stale-epoch':
    case 'forbidden':
    case 'media-unavailable':
    case 'turn-not-configured':
    case 'rate-limited':
    case 'busy':
    case 'unavailable':
    case 'draining':
    case 'internal':
    case 'closed':
      return 'internal';
  }
};

/** Of an error on the way to the socket: the token's, or mediasoup-client's. */
export const failReasonOfError = (error: unknown): FailReason => {
  if (error instanceof HttpError) return error.code === 'busy' ? 'unreachable' : error.code;
  // mediasoup-client knows no way to do WebRTC here.
  if (error instanceof Error && error.name === 'UnsupportedError') return 'unsupported-browser';
  return 'internal';
};
