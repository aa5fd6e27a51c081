// Larger rooms, beginning at once. A hundred members that share one thread do not keep up with the
// clock: the largest room of all is e2ee's to show (group-storm.long.ts), without the server.
import { test } from 'vitest';
import { largeGroup } from './support/large-group.ts';

test.each([1, 2])(
  'G24 K8 50 join at once, at %i app(s): one group, one safety code',
  async (apps) => {
    await largeGroup({ count: 50, apps });
  },
);
