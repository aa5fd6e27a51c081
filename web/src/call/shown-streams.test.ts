// What is shown of the others while streams come by two ways, and what a media node claims is not so.
import type { PeerView, StreamSource } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import { FakeClock } from '../signaling/testing/fake-clock.ts';
import { peer, producerId } from '../signaling/testing/room-samples.ts';
import { settled } from '../signaling/testing/turns.ts';
import type { ByWay, Incoming } from './incoming.ts';
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
const nothing: ByWay = { p2p: [], sfu: [], former: [] };

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
      incoming: nothing,
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
  offer({ incoming: { ...nothing, p2p: direct } });
  await open(...direct);
  offer({ incoming: { ...nothing, p2p: direct, sfu: routed } });
  expect(tracks()).toEqual(['p2p mic', 'p2p cam']);
  await open(mic);
  offer({ incoming: { ...nothing, p2p: direct, sfu: routed } });
  expect(tracks()).toEqual(['sfu mic', 'p2p cam']);
  expect([shown.hasArrived('p2p', [ann], all), shown.hasArrived('sfu', [ann], all)]).toEqual([
    true,
    false,
  ]);
  await open(cam);
  offer({ incoming: { ...nothing, p2p: direct, sfu: routed } });
  expect(tracks()).toEqual(['sfu mic', 'sfu cam']);
  expect(shown.hasArrived('sfu', [ann], all)).toBe(true);
  expect(arrivals()).toBe(3);
});

test('D6 what is off, not wanted, or of somebody else, is not waited for', () => {
  const { shown, offer } = createScene();
  offer({});
  expect(shown.hasArrived('sfu', [ann], all)).toBe(false);
  expect(shown.hasArrived('sfu', [ann], () => 'off')).toBe(true);
  offer({ others: [ann, bob] });
  expect(shown.hasArrived('sfu', [bob], all)).toBe(true);
});

test('D6 a link that is down has brought nothing', async () => {
  const { shown, offer, open } = createScene();
  const direct = [incoming('p2p', 'mic'), incoming('p2p', 'cam')];
  offer({ incoming: { ...nothing, p2p: direct }, preferred: 'p2p' });
  await open(...direct);
  offer({ incoming: { ...nothing, p2p: direct }, preferred: 'p2p' });
  expect(shown.hasArrived('p2p', [ann], all)).toBe(true);
  offer({ incoming: { ...nothing, p2p: direct }, preferred: 'p2p', isLinkUp: false });
  expect(shown.hasArrived('p2p', [ann], all)).toBe(false);
  // Up again, what came before does not count.
  offer({ incoming: { ...nothing, p2p: direct }, preferred: 'p2p' });
  await open();
  offer({ incoming: { ...nothing, p2p: direct }, preferred: 'p2p' });
  await open();
  expect(shown.hasArrived('p2p', [ann], all)).toBe(false);
  played += 1;
  await open();
  expect(shown.hasArrived('p2p', [ann], all)).toBe(true);
});

/** As the record has Ann's streams under another placement, once she has produced these again. */
const annMoved = (...sources: readonly StreamSource[]): PeerView => ({
  ...ann,
  streams: {
    ...ann.streams,
    mic: { on: true },
    cam: { on: true },
    ...Object.fromEntries(
      sources.map((source) => [source, { on: true, producerId: producerId(`new${source}`) }]),
    ),
  },
});

const movedIn = (source: StreamSource): Incoming => ({
  ...incoming('sfu', source),
  origin: { peerId: ann.peerId, source, producerId: producerId(`new${source}`) },
  track: new FakeTrack(source === 'mic' ? 'audio' : 'video', `new ${source}`),
});

test('M17 what the former placement brought stays on screen, though the record names it no more', async () => {
  const { shown, offer, open, tracks } = createScene();
  const [mic, cam] = [incoming('sfu', 'mic'), incoming('sfu', 'cam')];
  offer({ incoming: { ...nothing, sfu: [mic, cam] }, isMoving: false });
  await open(mic, cam);
  expect([tracks(), shown.keyState(ann.peerId, 'cam')]).toEqual([['sfu mic', 'sfu cam'], 'ok']);
  const former = [mic, cam];
  const [newMic, newCam] = [movedIn('mic'), movedIn('cam')];
  offer({ others: [annMoved()], incoming: { ...nothing, former } });
  expect([tracks(), shown.keyState(ann.peerId, 'cam')]).toEqual([['sfu mic', 'sfu cam'], 'ok']);
  offer({ others: [annMoved('mic', 'cam')], incoming: { ...nothing, former, sfu: [newMic] } });
  expect(tracks()).toEqual(['sfu mic', 'sfu cam']);
  await open(newMic);
  const both = { ...nothing, former, sfu: [newMic, newCam] };
  offer({ others: [annMoved('mic', 'cam')], incoming: both });
  expect(tracks()).toEqual(['new mic', 'sfu cam']);
  expect(shown.hasArrived('sfu', [annMoved('mic', 'cam')], all)).toBe(false);
  await open(newCam);
  offer({ others: [annMoved('mic', 'cam')], incoming: both });
  expect(tracks()).toEqual(['new mic', 'new cam']);
  expect(shown.hasArrived('sfu', [annMoved('mic', 'cam')], all)).toBe(true);
});

test('M17 of the former placement nothing is shown that the record had not agreed with', () => {
  const { offer, tracks } = createScene();
  const lie: Incoming = {
    ...incoming('sfu', 'cam'),
    origin: { peerId: bob.peerId, source: 'cam', producerId: producerId('annCam') },
  };
  const late = incoming('sfu', 'mic');
  const others = [annMoved(), bob];
  offer({ others: [ann, bob], incoming: { ...nothing, sfu: [lie] } });
  offer({ others, incoming: { ...nothing, former: [lie, late] } });
  offer({ others, incoming: { ...nothing, former: [lie, late] } });
  expect(tracks()).toEqual([]);
});

const sharing = (on: boolean, id?: string): PeerView =>
  peer('ann', { screen: { on, ...(id === undefined ? {} : { producerId: producerId(id) }) } });

const filming = (on: boolean): PeerView => peer('ann', { cam: { on } });

test('M17 a share that ends while the room moves is over, and one that begins is a new one', async () => {
  const { offer, open, tracks } = createScene();
  const old: Incoming = {
    ...incoming('sfu', 'screen'),
    origin: { peerId: ann.peerId, source: 'screen', producerId: producerId('first') },
  };
  const next = movedIn('screen');
  offer({ others: [sharing(true, 'first')], incoming: { ...nothing, sfu: [old] } });
  const former = [old];
  offer({ others: [sharing(true)], incoming: { ...nothing, former } });
  expect(tracks()).toEqual(['sfu screen']);
  offer({ others: [sharing(false)], incoming: { ...nothing, former } });
  expect(tracks()).toEqual([]);
  offer({ others: [sharing(true, 'newscreen')], incoming: { ...nothing, former, sfu: [next] } });
  expect(tracks()).toEqual(['new screen']);
  await open(next);
});

test('M17 a camera that goes off and on while the room moves comes again as it was', () => {
  const { offer, tracks } = createScene();
  const cam = incoming('sfu', 'cam');
  offer({ incoming: { ...nothing, sfu: [cam] } });
  for (const on of [true, false, true]) {
    offer({ others: [filming(on)], incoming: { ...nothing, former: [cam] } });
    expect(tracks()).toEqual(['sfu cam']);
  }
});

test('M17 what came by the new placement stays when the former one ends, and goes with the new one', async () => {
  const { offer, open, tracks } = createScene();
  const [cam, newCam] = [incoming('sfu', 'cam'), movedIn('cam')];
  const others = [annMoved('cam')];
  offer({ incoming: { ...nothing, sfu: [cam] } });
  const both = { ...nothing, former: [cam], sfu: [newCam] };
  offer({ others, incoming: both });
  await open(newCam);
  offer({ others, incoming: both });
  // The new placement dies, and the former one is still there.
  offer({ others: [annMoved()], incoming: { ...nothing, former: [cam] } });
  expect(tracks()).toEqual(['sfu cam']);
  offer({ others, incoming: { ...nothing, sfu: [newCam] }, isMoving: false });
  expect(tracks()).toEqual(['new cam']);
});

test('what a media node calls somebody’s is shown only as the record has it', () => {
  const { shown, offer, tracks } = createScene();
  const lie: Incoming = {
    ...incoming('sfu', 'cam'),
    origin: { peerId: bob.peerId, source: 'cam', producerId: producerId('annCam') },
  };
  offer({ others: [ann, bob], incoming: { ...nothing, sfu: [lie] } });
  expect(tracks()).toEqual([]);
  expect(shown.keyState(bob.peerId, 'cam')).toBeNull();
  expect(shown.keyState(ann.peerId, 'cam')).toBe('waiting');
});

test('a camera that is withheld is not shown, and its sound is', () => {
  const { shown, offer } = createScene();
  const both = [incoming('sfu', 'mic'), incoming('sfu', 'cam')];
  offer({ incoming: { ...nothing, sfu: both }, withheld: new Set([ann.peerId]) });
  expect([...shown.tracks.keys()]).toEqual([annMic]);
  offer({ incoming: { ...nothing, sfu: both } });
  expect([...shown.tracks.keys()]).toEqual([annMic, annCam]);
});

test('nothing is looked at unless a call moves', () => {
  const { clock, shown, offer } = createScene();
  offer({ incoming: { ...nothing, sfu: [incoming('sfu', 'mic')] }, isMoving: false });
  expect(clock.pending).toBe(0);
  offer({ incoming: { ...nothing, sfu: [incoming('sfu', 'mic')] } });
  expect(clock.pending).toBe(1);
  shown.close();
  expect(clock.pending).toBe(0);
});
