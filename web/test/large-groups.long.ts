// The largest rooms, beginning at once.
import { test } from 'vitest';
import { largeGroup } from './support/large-group.ts';

test.each([
  { count: 50, apps: 2 },
  { count: 100, apps: 1 },
  { count: 100, apps: 2 },
])('G24 K8 $count join at once, at $apps app(s): one group, one safety code', async (room) => {
  await largeGroup(room);
});
