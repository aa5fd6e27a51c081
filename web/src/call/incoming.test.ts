// Which of two ways is shown while a call moves from one to the other.
import type { StreamSource } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import { peerId, producerId } from '../signaling/testing/room-samples.ts';
import { chooseWay, type Incoming, pathOf } from './incoming.ts';
import type { MediaPath } from './stats/call-details.ts';
import { FakeTrack } from './testing/fake-track.ts';

const incoming = (path: MediaPath, source: StreamSource = 'cam'): Incoming => ({
  origin: {
    peerId: peerId('ann'),
    source,
    producerId: path === 'p2p' ? null : producerId('annCam'),
  },
  track: new FakeTrack('video', path),
  receiver: { getStats: async () => new Map(), getSynchronizationSources: () => [] },
});

const p2p = incoming('p2p');
const sfu = incoming('sfu');
const arrived =
  (...those: readonly Incoming[]) =>
  (one: Incoming): boolean =>
    those.includes(one);

test('a producer says that the media node carries it', () => {
  expect([pathOf(p2p.origin), pathOf(sfu.origin)]).toEqual(['p2p', 'sfu']);
});

test('the only way is shown, arrived or not', () => {
  expect(chooseWay('p2p', { p2p, sfu: undefined, shown: undefined }, arrived())).toBe(p2p);
  expect(chooseWay('sfu', { p2p, sfu: undefined, shown: undefined }, arrived())).toBe(p2p);
  const none = { p2p: undefined, sfu: undefined, shown: sfu };
  expect(chooseWay('sfu', none, arrived(sfu))).toBeUndefined();
});

test('what is meant is shown as soon as it has arrived, and not before', () => {
  const moving = { p2p, sfu, shown: p2p };
  expect(chooseWay('sfu', moving, arrived(p2p))).toBe(p2p);
  expect(chooseWay('sfu', moving, arrived(p2p, sfu))).toBe(sfu);
  expect(chooseWay('p2p', { ...moving, shown: sfu }, arrived(sfu, p2p))).toBe(p2p);
});

test('while nothing has arrived, what is shown stays', () => {
  expect(chooseWay('sfu', { p2p, sfu, shown: p2p }, arrived())).toBe(p2p);
  expect(chooseWay('sfu', { p2p, sfu, shown: undefined }, arrived())).toBe(sfu);
  const former = incoming('sfu');
  expect(chooseWay('sfu', { p2p, sfu, shown: former }, arrived())).toBe(sfu);
});

test('what was meant and brings nothing any more gives way to what does', () => {
  expect(chooseWay('p2p', { p2p, sfu, shown: p2p }, arrived(sfu))).toBe(sfu);
});
