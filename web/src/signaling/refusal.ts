// What the client does when the server refuses it a way in.
import type { RequestErrorCode } from './request-error.ts';

/**
 * `try-again`: on another socket. `ask-again`: later on this one, which costs the server less than another.
 * `join-again`: on this one too, as the same peer. `end`: nothing that waiting would mend.
 */
type AfterRefusal = 'try-again' | 'ask-again' | 'join-again' | 'end';

export const afterRefusal = (method: 'join' | 'resume', code: RequestErrorCode): AfterRefusal => {
  switch (code) {
    // A server that is there, and cannot let anybody in now. It closes who has not joined in time (S2), and
    // the next socket may lead to another.
    case 'unavailable':
    // Too many came at once: another socket would be one of as many.
    case 'busy':
      return 'ask-again';
    case 'draining':
    case 'rate-limited':
    case 'media-unavailable':
    case 'stale-placement':
    case 'internal':
    case 'timeout':
    // This socket already speaks for somebody, or no longer does: another one will not.
    case 'already-joined':
    case 'not-joined':
    case 'stale-epoch':
    case 'forbidden':
      return 'try-again';
    case 'room-reset':
      return method === 'resume' ? 'join-again' : 'try-again';
    case 'unauthorized':
    case 'not-found':
      return method === 'resume' ? 'join-again' : 'end';
    case 'room-not-found':
    case 'room-full':
    case 'upgrade-required':
    case 'bad-request':
    case 'unknown-method':
    case 'turn-not-configured':
    case 'closed':
    case 'bad-answer':
      return 'end';
  }
};
