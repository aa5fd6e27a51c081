// Readiness by itself: what is kept, and for how long (PROTOCOL K6).
import { expect, it } from 'vitest';
import { after, join, step } from '../../test/support/decisions.ts';
import { anyPoint, anyTag, pointAfter } from '../../test/support/group-samples.ts';
import { RoomId } from '../protocol/index.ts';
import { newPeerId } from '../random.ts';
import { Readiness } from './readiness.ts';

const roomId = RoomId.parse('A'.repeat(24));

const start = () => {
  const [ada, bob] = [newPeerId(), newPeerId()];
  const group = anyPoint(1);
  const create = {
    type: 'create-group',
    group,
    prev: null,
    tag: anyTag(),
    peerId: ada,
    session: 1,
  } as const;
  const record = after(join(ada), create, join(bob));
  if (record === null) throw new Error('no room');
  const told: number[] = [];
  const readiness = new Readiness((_roomId, point) => told.push(point.epoch));
  return { ada, bob, group, record, told, readiness };
};

it('K6 nothing is kept of who is no member, or of another point than the record’s', () => {
  const { ada, bob, group, record, told, readiness } = start();
  readiness.hear(roomId, record, bob, group);
  readiness.hear(roomId, record, ada, pointAfter(group));
  readiness.hear(roomId, { ...record, group: null }, ada, group);
  expect([readiness.size, told]).toEqual([0, []]);
});

it('K6 what is kept goes when the group moves on, and when the room is forgotten', () => {
  const { ada, group, record, told, readiness } = start();
  readiness.hear(roomId, record, ada, group);
  readiness.hear(roomId, record, ada, group);
  expect([readiness.size, told]).toEqual([1, [0]]);
  const next = anyPoint(2);
  const moved = step(record, {
    type: 'create-group',
    group: next,
    prev: group,
    tag: anyTag(),
    peerId: ada,
    session: 1,
  });
  readiness.observe(roomId, moved);
  expect(readiness.size).toBe(0);
  readiness.hear(roomId, moved, ada, next);
  expect([readiness.size, told]).toEqual([1, [0, 0]]);
  readiness.forget(roomId);
  expect(readiness.size).toBe(0);
});
