// From what the browser throws to why there is no device (W3C Media Capture §10.2).
import type { DeviceProblem } from './call-state.ts';

export const deviceProblemOf = (error: unknown): DeviceProblem => {
  if (!(error instanceof Error)) return 'unknown';
  switch (error.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'in-use';
    default:
      return 'unknown';
  }
};
