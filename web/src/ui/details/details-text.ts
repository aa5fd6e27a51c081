// Stands in until the call has words of its own for its details.
import type { CallDetails } from '../../call/stats/call-details.ts';

export const detailsText = (details: CallDetails): string =>
  JSON.stringify(details, (key, value: unknown) => (key === 'peerId' ? undefined : value), 2);
