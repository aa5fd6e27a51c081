import { expect, test } from 'vitest';
import {
  eventAt,
  headAt,
  peer,
  peerId,
  producerId,
  roomAt,
} from '../signaling/testing/room-samples.ts';
import { applyEvent, type Room } from './room-state.ts';

const mic = { on: true, producerId: producerId('mic') };
const ann = peer('ann', { mic });
const bob = peer('bob');
const room = roomAt(3, [ann, bob]);

test('every event moves the position', () => {
  const after = applyEvent(room, eventAt(4, 'peer-disconnected', { peerId: ann.peerId }));
  expect(after.position).toEqual({ ...room.position, version: 4, head: headAt(4) });
});

test('who joins comes last; who leaves is gone', () => {
  const joined = applyEvent(room, eventAt(4, 'peer-joined', { peer: peer('cat') }));
  expect(joined.peers.map(({ peerId: id }) => id)).toEqual(['ann', 'bob', 'cat'].map(peerId));
  const left = applyEvent(
    joined,
    eventAt(5, 'peer-left', { peerId: ann.peerId, reason: 'timeout' }),
  );
  expect(left.peers.map(({ peerId: id }) => id)).toEqual(['bob', 'cat'].map(peerId));
});

test('a lost connection changes that peer alone, and its media stays', () => {
  const lost = applyEvent(room, eventAt(4, 'peer-disconnected', { peerId: ann.peerId }));
  expect(lost.peers).toEqual([{ ...ann, connected: false }, bob]);
  expect(lost.peers[1]).toBe(bob);
  const back = applyEvent(lost, eventAt(5, 'peer-resumed', { peerId: ann.peerId }));
  expect(back.peers).toEqual([ann, bob]);
});

test('M3 a stream changes alone', () => {
  const stream = { on: true, producerId: producerId('cam') };
  const event = eventAt(4, 'stream-changed', { peerId: ann.peerId, source: 'cam', stream });
  expect(applyEvent(room, event).peers).toEqual([peer('ann', { mic, cam: stream }), bob]);
});

test('M1 M8 losing the media clears what carried it and keeps what was meant', () => {
  const placed = applyEvent(room, eventAt(4, 'room-placed', { placement: 70 }));
  expect(placed.placement).toBe(70);
  const lost = applyEvent(placed, eventAt(5, 'media-lost', { placement: 70 }));
  expect(lost.placement).toBeNull();
  expect(lost.peers[0]?.streams.mic).toEqual({ on: true });
});

test('losing an older placement leaves the newer one alone', () => {
  const placed = applyEvent(room, eventAt(4, 'room-placed', { placement: 70 }));
  const lost = applyEvent(placed, eventAt(5, 'media-lost', { placement: 69 }));
  expect(lost).toEqual({ ...placed, position: lost.position });
});

test('M17 a room that is placed while it is somewhere moves from there, until that is lost', () => {
  const placed = applyEvent(room, eventAt(4, 'room-placed', { placement: 70 }));
  expect([placed.placement, placed.leaving]).toEqual([70, null]);
  expect(placed.peers[0]?.streams.mic).toEqual(mic);
  const moved = applyEvent(placed, eventAt(5, 'room-placed', { placement: 80 }));
  expect([moved.placement, moved.leaving]).toEqual([80, 70]);
  expect(moved.peers[0]?.streams.mic).toEqual({ on: true });
  const stream = { on: true, producerId: producerId('again') };
  const data = { peerId: ann.peerId, source: 'mic', stream };
  const produced = applyEvent(moved, eventAt(6, 'stream-changed', data));
  const arrived = applyEvent(produced, eventAt(7, 'peer-arrived', { peerId: ann.peerId }));
  expect(arrived).toEqual({ ...produced, position: arrived.position });
  const left = applyEvent(arrived, eventAt(8, 'media-lost', { placement: 70 }));
  expect([left.placement, left.leaving]).toEqual([80, null]);
  expect(left.peers[0]?.streams.mic).toEqual(stream);
});

test('M17 a room whose new placement is lost still leaves the former one, to the next', () => {
  let now: Room = room;
  for (const placement of [70, 80]) {
    now = applyEvent(now, eventAt(now.position.version + 1, 'room-placed', { placement }));
  }
  now = applyEvent(now, eventAt(6, 'media-lost', { placement: 80 }));
  expect([now.placement, now.leaving]).toEqual([null, 70]);
  now = applyEvent(now, eventAt(7, 'room-placed', { placement: 90 }));
  expect([now.placement, now.leaving]).toEqual([90, 70]);
});

test('an event about somebody unknown changes nobody', () => {
  const event = eventAt(4, 'peer-resumed', { peerId: peerId('who') });
  expect(applyEvent(room, event).peers).toEqual(room.peers);
});
