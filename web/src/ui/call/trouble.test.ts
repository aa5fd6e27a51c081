// Several troubles at once, and the one line that there is for them.
import { expect, test } from 'vitest';
import { worstTrouble } from './trouble.ts';

const well = { connection: 'connected', keyTrouble: null, networkTrouble: null } as const;

test.each([
  [{}, undefined],
  [{ networkTrouble: 'weak-upload' }, 'Your connection is weak: others see your video reduced'],
  [{ networkTrouble: 'weak-download' }, 'Your connection is weak: video is reduced'],
  [{ networkTrouble: 'reconnecting-media' }, 'Looking for another way to the others…'],
  [
    { networkTrouble: 'weak-upload', keyTrouble: 'put-out' },
    'You were removed from this meeting and have no keys any more.',
  ],
  [
    { networkTrouble: 'reconnecting-media', keyTrouble: 'put-out', connection: 'reconnecting' },
    'Reconnecting…',
  ],
] as const)('of %j is said: %s', (signs, said) => {
  expect(worstTrouble({ ...well, ...signs })?.what).toBe(said);
});
