// Which of the ways that a stream comes by is shown while a call moves from one to another.
import { expect, test } from 'vitest';
import { peerId, producerId } from '../signaling/testing/room-samples.ts';
import { chooseWay, type Incoming, type Way } from './incoming.ts';
import { FakeTrack } from './testing/fake-track.ts';

const incoming = (way: Way): Incoming => ({
  origin: {
    peerId: peerId('ann'),
    source: 'cam',
    producerId: way === 'p2p' ? null : producerId(`${way}Cam`),
  },
  track: new FakeTrack('video', way),
  receiver: { getStats: async () => new Map(), getSynchronizationSources: () => [] },
});

const p2p = incoming('p2p');
const sfu = incoming('sfu');
const former = incoming('former');
const arrived =
  (...those: readonly Incoming[]) =>
  (one: Incoming): boolean =>
    those.includes(one);

test('the only way is shown, arrived or not', () => {
  expect(chooseWay('p2p', { p2p }, undefined, arrived())).toBe(p2p);
  expect(chooseWay('sfu', { p2p }, undefined, arrived())).toBe(p2p);
  expect(chooseWay('sfu', { former }, undefined, arrived())).toBe(former);
  expect(chooseWay('sfu', {}, sfu, arrived(sfu))).toBeUndefined();
});

test('what is meant is shown as soon as it has arrived, and not before', () => {
  expect(chooseWay('sfu', { p2p, sfu }, p2p, arrived(p2p))).toBe(p2p);
  expect(chooseWay('sfu', { p2p, sfu }, p2p, arrived(p2p, sfu))).toBe(sfu);
  expect(chooseWay('p2p', { p2p, sfu }, sfu, arrived(sfu, p2p))).toBe(p2p);
});

test('while nothing has arrived, what is shown stays', () => {
  expect(chooseWay('sfu', { p2p, sfu }, p2p, arrived())).toBe(p2p);
  expect(chooseWay('sfu', { p2p, sfu }, undefined, arrived())).toBe(sfu);
  expect(chooseWay('sfu', { p2p, sfu }, incoming('sfu'), arrived())).toBe(sfu);
});

test('what was meant and brings nothing any more gives way to what does', () => {
  expect(chooseWay('p2p', { p2p, sfu }, p2p, arrived(sfu))).toBe(sfu);
});

test('M17 what the former placement brings is shown until the new one brings it', () => {
  expect(chooseWay('sfu', { sfu, former }, former, arrived())).toBe(former);
  expect(chooseWay('sfu', { sfu, former }, former, arrived(former))).toBe(former);
  expect(chooseWay('sfu', { sfu, former }, former, arrived(former, sfu))).toBe(sfu);
  expect(chooseWay('sfu', { sfu, former }, sfu, arrived(sfu))).toBe(sfu);
});

test('M17 where the link is meant, a home that stands by moves without it', () => {
  expect(chooseWay('p2p', { p2p, sfu, former }, p2p, arrived(p2p, sfu, former))).toBe(p2p);
  expect(chooseWay('p2p', { p2p, sfu, former }, former, arrived(former))).toBe(former);
  expect(chooseWay('p2p', { p2p, sfu, former }, former, arrived(former, sfu))).toBe(sfu);
});
