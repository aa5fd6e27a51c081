import { expect, test } from 'vitest';
import { peer, producerId } from '../signaling/testing/room-samples.ts';
import { remotePeers, type Tracks } from './remote-peers.ts';
import { FakeTrack } from './testing/fake-track.ts';

const camId = producerId('cam');
const camTrack = new FakeTrack('video', 'cam');
const tracks: Tracks = new Map([[camId, camTrack]]);
const NONE: Tracks = new Map();

const ann = peer('ann', { mic: { on: true }, cam: { on: true, producerId: camId } });
const bob = peer('bob');

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
  expect(remotePeers(before, [{ ...ann }, { ...bob }], new Map(tracks))).toBe(before);
  expect(remotePeers(before, [ann], tracks)).not.toBe(before);
});
