import type { StreamSource } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import { peer, producerId } from '../signaling/testing/room-samples.ts';
import { type Known, remotePeers, streamKey } from './remote-peers.ts';
import { FakeTrack } from './testing/fake-track.ts';

const camId = producerId('cam');
const camTrack = new FakeTrack('video', 'cam');
const NONE: Known = {
  tracks: new Map(),
  names: new Map(),
  qualities: new Map(),
  keyState: () => 'ok',
  hands: new Map(),
};

const ann = peer('ann', { mic: { on: true }, cam: { on: true, producerId: camId } });
const bob = peer('bob');
const tracks: Known = { ...NONE, tracks: new Map([[streamKey(ann.peerId, 'cam'), camTrack]]) };

test('shows what is on, and tracks once they have arrived', () => {
  const [waiting] = remotePeers([], [ann], NONE);
  expect(waiting).toMatchObject({ micOn: true, camOn: true, camTrack: null, screenTrack: null });
  const [arrived] = remotePeers([], [ann], tracks);
  expect(arrived?.camTrack).toBe(camTrack);
});

test('a camera that is off has no track, though its consumer stays', () => {
  const off = peer('ann', { cam: { on: false, producerId: camId } });
  expect(remotePeers([], [off], tracks)[0]?.camTrack).toBeNull();
});

test('who has not changed stays the same object', () => {
  const before = remotePeers([], [ann, bob], tracks);
  const after = remotePeers(before, [ann, { ...bob, connected: false }], tracks);
  expect(after).not.toBe(before);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
});

test('when nothing has changed it is the same list', () => {
  const before = remotePeers([], [ann, bob], tracks);
  expect(
    remotePeers(before, [{ ...ann }, { ...bob }], { ...tracks, tracks: new Map(tracks.tracks) }),
  ).toBe(before);
  expect(remotePeers(before, [ann], tracks)).not.toBe(before);
});

test('names are the group\u2019s; whoever is not in it has none and no key', () => {
  const names = new Map([[String(ann.peerId), 'Ann']]);
  expect(remotePeers([], [ann, bob], { ...tracks, names })).toMatchObject([
    { displayName: 'Ann', encryption: 'ok', screenEncryption: 'ok' },
    { displayName: null, encryption: 'waiting', screenEncryption: 'waiting' },
  ]);
});

test('a tile fares as the worst of what is on in it', () => {
  const micId = producerId('mic');
  const screenId = producerId('screen');
  const cat = peer('cat', {
    mic: { on: true, producerId: micId },
    cam: { on: true, producerId: camId },
    screen: { on: true, producerId: screenId },
  });
  const names = new Map([[String(cat.peerId), 'Cat']]);
  const of = (failing: readonly StreamSource[], waiting: readonly StreamSource[]) =>
    remotePeers([], [cat], {
      ...NONE,
      names,
      keyState: (_peerId, source) => {
        if (failing.includes(source)) return 'failed';
        return waiting.includes(source) ? 'waiting' : 'ok';
      },
    })[0];
  expect(of([], [])).toMatchObject({ encryption: 'ok', screenEncryption: 'ok' });
  expect(of([], ['mic'])).toMatchObject({ encryption: 'waiting', screenEncryption: 'ok' });
  expect(of(['cam'], ['mic'])).toMatchObject({ encryption: 'failed', screenEncryption: 'ok' });
  expect(of(['screen'], [])).toMatchObject({ encryption: 'ok', screenEncryption: 'failed' });
  const nothingCame = remotePeers([], [cat], { ...NONE, names, keyState: () => null });
  expect(nothingCame[0]).toMatchObject({ encryption: 'ok', screenEncryption: 'ok' });
  const muted = { ...cat, streams: { ...cat.streams, mic: { on: false, producerId: micId } } };
  const [seen] = remotePeers([], [muted], { ...NONE, names, keyState: () => 'waiting' });
  expect(seen?.encryption).toBe('waiting');
});

test('a raised hand shows since when', () => {
  const hands = new Map([[String(ann.peerId), 17]]);
  const [up] = remotePeers([], [ann], { ...NONE, hands });
  expect(up?.handRaisedAt).toBe(17);
});
