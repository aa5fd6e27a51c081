import { expect, test } from 'vitest';
import {
  eventAt,
  headAt,
  peer,
  peerId,
  producerId,
  roomAt,
} from '../signaling/testing/room-samples.ts';
import { applyEvent } from './room-state.ts';

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

test('an event about somebody unknown changes nobody', () => {
  const event = eventAt(4, 'peer-resumed', { peerId: peerId('who') });
  expect(applyEvent(room, event).peers).toEqual(room.peers);
});
