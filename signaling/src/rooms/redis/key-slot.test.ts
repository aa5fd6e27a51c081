// The slots of keys, as the Redis Cluster specification has them.
import { expect, it } from 'vitest';
import { roomIds } from '../../../test/contracts/store-fixtures.ts';
import { keySlot } from './key-slot.ts';
import { roomKeys } from './room-keys.ts';

it('V7 a key is in the slot that the specification gives it', () => {
  // Its own reference: CRC16 of 123456789 is 0x31C3; the others as `CLUSTER KEYSLOT` answers.
  expect(keySlot('123456789')).toBe(0x31c3);
  expect(keySlot('foo')).toBe(12_182);
  expect(keySlot('{foo}.bar')).toBe(12_182);
  expect(keySlot('')).toBe(0);
});

it('V7 a room’s channel is where its keys are', () => {
  const { channel, state, log, ring } = roomKeys(roomIds.mint());
  expect([state, log, ring].map(keySlot)).toEqual([channel, channel, channel].map(keySlot));
});
