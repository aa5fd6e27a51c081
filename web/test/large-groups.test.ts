// A large meeting that begins at once, on the real clock: how long it takes, and in how many epochs.
// Larger ones are in large-groups.long.ts.
import { test } from 'vitest';
import { largeGroup } from './support/large-group.ts';

test('G24 K8 20 join at once: one group, one safety code, chat to all', async () => {
  await largeGroup({ count: 20, apps: 2 });
});
