import { expect, test } from 'vitest';
import { follow } from './log-position.ts';
import { eventAt, headAt, peerId, roomAt } from './testing/room-samples.ts';

const { position } = roomAt(7);
const event = (version: number) => eventAt(version, 'peer-resumed', { peerId: peerId('ann') });

test('V2 the next event moves the position, its head included', () => {
  expect(follow(position, event(8))).toEqual({ ...position, version: 8, head: headAt(8) });
});

test('V3 an event at or below the position is known', () => {
  expect(follow(position, event(7))).toBe('known');
  expect(follow(position, event(1))).toBe('known');
});

test('an event beyond the next one shows a gap', () => {
  expect(follow(position, event(9))).toBe('gap');
});
