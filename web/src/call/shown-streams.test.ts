// What is shown of the others while streams come by two ways, and what a media node claims is not so.
import type { PeerView, StreamSource } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import { FakeClock } from '../signaling/testing/fake-clock.ts';
import { peer, producerId } from '../signaling/testing/room-samples.ts';
import { settled } from '../signaling/testing/turns.ts';
import type { Incoming } from './incoming.ts';
import { streamKey } from './remote-peers.ts';
import { type Offered, ShownStreams } from './shown-streams.ts';
import type { MediaPath } from './stats/call-details.ts';
import { FakeTrack } from './testing/fake-track.ts';

const LOOK_EVERY_MS = 100;

const ann = peer('ann', {
  mic: { on: true, producerId: producerId('annMic') },
  cam: { on: true, producerId: producerId('annCam') },
});
const bob = peer('bob');
const [annMic, annCam] = [streamKey(ann.peerId, 'mic'), streamKey(ann.peerId, 'cam')];
const all = (): 2 => 2;

/** Frames, or packets, of each stream so far. */
let played = 1;

const incoming = (path: MediaPath, source: StreamSource, of: PeerView = ann): Incoming => ({
  origin: {
    peerId: of.peerId,
    source,
    producerId: path === 'p2p' ? null : (ann.streams[source].producerId ?? null),
  },
  track: new FakeTrack(source === 'mic' ? 'audio' : 'video', `${path} ${source}`),
  receiver: {
    getStats: async () =>
      new Map([['in', { type: 'inbound-rtp', framesDecoded: played, packetsReceived: played }]]),
    getSynchronizationSources: () => [],
  },
});

const createScene = () => {
  const clock = new FakeClock();
  const opened = new Set<string | null>();
  let arrivals = 0;
  const shown = new ShownStreams({
    clock,
    keyStateOf: ({ producerId: id, source }) => (opened.has(`${id} ${source}`) ? 'ok' : 'waiting'),
    onArrived: () => {
      arrivals += 1;
    },
  });
  const offer = (change: Partial<Offered>): void =>
    shown.update({
      others: [ann],
      incoming: [],
      withheld: new Set(),
      preferred: 'sfu',
      isLinkUp: true,
      isMoving: true,
      ...change,
    });
  const open = async (...those: readonly Incoming[]): Promise<void> => {
    for (const { origin } of those) opened.add(`${origin.producerId} ${origin.source}`);
    clock.advance(LOOK_EVERY_MS);
    await settled();
  };
  const tracks = (): readonly string[] => [...shown.tracks.values()].map(({ id }) => id);
  return { clock, shown, offer, open, tracks, arrivals: () => arrivals };
};

test('D6 each stream moves when it has come by the new way, and not with the others', async () => {
  const { shown, offer, open, tracks, arrivals } = createScene();
  const direct = [incoming('p2p', 'mic'), incoming('p2p', 'cam')];
  const routed = [incoming('sfu', 'mic'), incoming('sfu', 'cam')];
  const [mic, cam] = routed;
  if (mic === undefined || cam === undefined) throw new Error('two');
  offer({ incoming: direct });
  await open(...direct);
  offer({ incoming: [...direct, ...routed] });
  expect(tracks()).toEqual(['p2p mic', 'p2p cam']);
  await open(mic);
  offer({ incoming: [...direct, ...routed] });
  expect(tracks()).toEqual(['sfu mic', 'p2p cam']);
  expect([
    shown.hasArrived('p2p', ann.peerId, all),
    shown.hasArrived('sfu', ann.peerId, all),
  ]).toEqual([true, false]);
  await open(cam);
  offer({ incoming: [...direct, ...routed] });
  expect(tracks()).toEqual(['sfu mic', 'sfu cam']);
  expect(shown.hasArrived('sfu', ann.peerId, all)).toBe(true);
  expect(arrivals()).toBe(3);
});

test('D6 what is off, not wanted, or of somebody else, is not waited for', () => {
  const { shown, offer } = createScene();
  offer({});
  expect(shown.hasArrived('sfu', ann.peerId, all)).toBe(false);
  expect(shown.hasArrived('sfu', ann.peerId, () => 'off')).toBe(true);
  offer({ others: [ann, bob] });
  expect(shown.hasArrived('sfu', bob.peerId, all)).toBe(true);
});

test('D6 a link that is down has brought nothing', async () => {
  const { shown, offer, open } = createScene();
  const direct = [incoming('p2p', 'mic'), incoming('p2p', 'cam')];
  offer({ incoming: direct, preferred: 'p2p' });
  await open(...direct);
  offer({ incoming: direct, preferred: 'p2p' });
  expect(shown.hasArrived('p2p', ann.peerId, all)).toBe(true);
  offer({ incoming: direct, preferred: 'p2p', isLinkUp: false });
  expect(shown.hasArrived('p2p', ann.peerId, all)).toBe(false);
  // Up again, what came before does not count.
  offer({ incoming: direct, preferred: 'p2p' });
  await open();
  offer({ incoming: direct, preferred: 'p2p' });
  await open();
  expect(shown.hasArrived('p2p', ann.peerId, all)).toBe(false);
  played += 1;
  await open();
  expect(shown.hasArrived('p2p', ann.peerId, all)).toBe(true);
});

test('what a media node calls somebody’s is shown only as the record has it', () => {
  const { shown, offer, tracks } = createScene();
  const lie: Incoming = {
    ...incoming('sfu', 'cam'),
    origin: { peerId: bob.peerId, source: 'cam', producerId: producerId('annCam') },
  };
  offer({ others: [ann, bob], incoming: [lie] });
  expect(tracks()).toEqual([]);
  expect(shown.keyState(bob.peerId, 'cam')).toBeNull();
  expect(shown.keyState(ann.peerId, 'cam')).toBe('waiting');
});

test('a camera that is withheld is not shown, and its sound is', () => {
  const { shown, offer } = createScene();
  const both = [incoming('sfu', 'mic'), incoming('sfu', 'cam')];
  offer({ incoming: both, withheld: new Set([ann.peerId]) });
  expect([...shown.tracks.keys()]).toEqual([annMic]);
  offer({ incoming: both });
  expect([...shown.tracks.keys()]).toEqual([annMic, annCam]);
});

test('nothing is looked at unless a call moves', () => {
  const { clock, shown, offer } = createScene();
  offer({ incoming: [incoming('sfu', 'mic')], isMoving: false });
  expect(clock.pending).toBe(0);
  offer({ incoming: [incoming('sfu', 'mic')] });
  expect(clock.pending).toBe(1);
  shown.close();
  expect(clock.pending).toBe(0);
});
