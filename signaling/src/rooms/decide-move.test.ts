// What a move makes of the record, from the first word of it until everybody has arrived (PROTOCOL M17).
import { expect, it } from 'vitest';
import { factsOf, join, NODE, roomOf, step } from '../../test/support/decisions.ts';
import { as } from '../../test/support/group-commands.ts';
import type { PeerId } from '../protocol/index.ts';
import { newPeerId, newProducerId } from '../random.ts';
import type { Command } from './decide.ts';
import type { Home, RoomRecord } from './record.ts';

const [ada, bob, carol, dan] = [newPeerId(), newPeerId(), newPeerId(), newPeerId()];
const homeAt = (worker: number) => ({ nodeId: 'a.1', worker });
const [first, second, third] = [homeAt(0), homeAt(1), homeAt(2)];
const place = (placement: number, home: Home): Command => ({
  type: 'place',
  placement,
  home,
});
const move = (from: number, placement: number, home = second): Command => ({
  type: 'move',
  from,
  placement,
  home,
});
const arrive = (record: RoomRecord, peerId: PeerId, placement = record.placement) => ({
  type: 'arrived' as const,
  placement,
  ...as(record, peerId),
});
const lose = (placement: number): Command => ({ type: 'lose-media', placement });
const produced = (record: RoomRecord, peerId: PeerId, placement = record.placement): Command => ({
  type: 'produced',
  source: 'mic',
  on: true,
  producerId: newProducerId(),
  placement,
  ...as(record, peerId),
});

const three = roomOf(join(ada), join(bob), join(carol), place(5, first));
const sending = step(three, produced(three, ada));
const moving = step(sending, move(5, 6));

it('M17 a move names another home; the former one is left, and everybody is awaited', () => {
  expect(factsOf(sending, move(5, 6))).toEqual(['room-placed']);
  expect(moving).toMatchObject({
    placement: 6,
    home: second,
    leaving: { placement: 5, home: first, awaited: [ada, bob, carol] },
  });
});

it('M17 what was produced under the former placement is named no more, what people mean to send is', () => {
  expect(sending.peers[0]?.streams.mic.producerId).toBeDefined();
  expect(moving.peers[0]?.streams.mic).toEqual({ on: true });
  expect(factsOf(moving, produced(moving, ada, 5))).toBe('stale-placement');
  expect(factsOf(moving, produced(moving, ada, 6))).toEqual(['stream-changed']);
});

it.each([
  ['decided twice', moving, move(5, 7)],
  ['from another placement', three, move(4, 7)],
  ['to no newer placement', three, move(5, 5)],
  ['of a room without a home', step(three, lose(5)), move(5, 7)],
])('M17 a move %s changes nothing', (_, record, command) => {
  expect(factsOf(record, command)).toEqual([]);
});

it('M17 who has arrived is awaited no more; with the last of them the former placement is lost, producers stay', () => {
  expect(factsOf(moving, arrive(moving, ada))).toEqual(['peer-arrived']);
  const one = step(moving, arrive(moving, ada));
  expect(factsOf(one, arrive(one, ada))).toEqual([]);
  const two = step(step(one, produced(one, ada)), arrive(one, carol));
  expect(two.leaving?.awaited).toEqual([bob]);
  expect(factsOf(two, arrive(two, bob))).toEqual(['peer-arrived', 'media-lost']);
  const over = step(two, arrive(two, bob));
  expect(over).toMatchObject({ leaving: null, placement: 6, home: second });
  expect(over.peers[0]?.streams.mic.producerId).toBeDefined();
  expect(factsOf(over, arrive(over, bob))).toEqual([]);
});

it('M17 only under the new placement can anybody arrive, and only who is in the room by that session', () => {
  expect(factsOf(moving, arrive(moving, ada, 5))).toBe('stale-placement');
  expect(factsOf(moving, arrive(moving, ada, 7))).toBe('stale-placement');
  expect(factsOf(moving, arrive(moving, dan))).toBe('not-joined');
  expect(factsOf(moving, { ...arrive(moving, ada), session: 1_000 })).toBe('not-joined');
});

it('M17 who leaves is awaited no more, and the last of them ends the move', () => {
  const one = step(step(moving, arrive(moving, ada)), arrive(moving, bob));
  const leave: Command = { type: 'leave', reason: 'left', ...as(one, carol) };
  expect(factsOf(one, leave)).toEqual(['peer-left', 'media-lost']);
  expect(step(one, leave).leaving).toBeNull();
});

it('M17 who joins meanwhile is not awaited, nor who joins again; who resumes is', () => {
  const joined = step(moving, join(dan));
  expect(joined.leaving?.awaited).toEqual([ada, bob, carol]);
  expect(factsOf(joined, arrive(joined, dan))).toEqual([]);
  expect(factsOf(joined, join(ada))).toEqual(['peer-resumed', 'peer-arrived']);
  const again = step(joined, join(ada));
  expect(again.leaving?.awaited).toEqual([bob, carol]);
  expect(factsOf(again, { type: 'resume', peerId: bob, node: NODE })).toEqual(['peer-resumed']);
  expect(factsOf(again, { type: 'disconnect', ...as(again, bob) })).toEqual(['peer-disconnected']);
});

it('M17 a room that has to move again leaves the placement before last at once', () => {
  expect(factsOf(moving, move(6, 7, third))).toEqual(['media-lost', 'room-placed']);
  const one = step(moving, arrive(moving, ada));
  expect(step(one, move(6, 7, third))).toMatchObject({
    placement: 7,
    home: third,
    leaving: { placement: 6, home: second, awaited: [ada, bob, carol] },
  });
});

it('M8 when the former home dies, its placement alone is lost', () => {
  const one = step(moving, produced(moving, ada));
  expect(factsOf(one, lose(5))).toEqual(['media-lost']);
  const lost = step(one, lose(5));
  expect(lost).toMatchObject({ leaving: null, home: second, placement: 6 });
  expect(lost.peers[0]?.streams.mic.producerId).toBeDefined();
  expect(factsOf(lost, lose(5))).toEqual([]);
});

it('M8 M17 when the new home dies, the former placement goes on, and everybody is awaited at the next one', () => {
  const one = step(step(moving, arrive(moving, ada)), produced(moving, bob));
  const lost = step(one, lose(6));
  expect(lost).toMatchObject({ home: null, leaving: { placement: 5 } });
  expect(lost.peers[1]?.streams.mic).toEqual({ on: true });
  expect(factsOf(lost, arrive(lost, bob, 6))).toBe('stale-placement');
  const left = [bob, carol].reduce(
    (record, peerId) => step(record, { type: 'leave', reason: 'left', ...as(record, peerId) }),
    lost,
  );
  expect(left.leaving).toMatchObject({ placement: 5, awaited: [] });
  expect(factsOf(left, place(7, third))).toEqual(['room-placed']);
  const placed = step(step(left, join(dan)), place(7, third));
  expect(placed).toMatchObject({ home: third, leaving: { placement: 5, awaited: [ada, dan] } });
});

it('M8 M17 when both homes die there is nothing left to leave', () => {
  const lost = step(step(moving, lose(6)), lose(5));
  expect(lost).toMatchObject({ home: null, leaving: null });
  expect(step(lost, place(7, third))).toMatchObject({ placement: 7, leaving: null });
});

it('C6 C8 M17 a call that goes direct leaves both placements', () => {
  const pair = step(moving, { type: 'leave', reason: 'left', ...as(moving, carol) });
  expect(pair.mode).toMatchObject({ type: 'sfu' });
  const standby = step(pair, { type: 'go-direct' });
  expect(standby.mode).toMatchObject({ type: 'p2p', standby: true });
  const direct = { type: 'peer-to-peer', outcome: 'arrived' } as const;
  const one = step(standby, { ...direct, with: bob, ...as(standby, ada) });
  const last: Command = { ...direct, with: ada, ...as(one, bob) };
  expect(factsOf(one, last)).toEqual(['mode-changed', 'media-lost', 'media-lost']);
  expect(step(one, last)).toMatchObject({ home: null, leaving: null });
});

it('C8 M17 with media at the former home alone a call goes direct over standby too', () => {
  const lost = step(moving, lose(6));
  const pair = step(lost, { type: 'leave', reason: 'left', ...as(lost, carol) });
  expect(step(pair, { type: 'go-direct' }).mode).toMatchObject({ type: 'p2p', standby: true });
});
