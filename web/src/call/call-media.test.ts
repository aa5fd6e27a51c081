// A call whose room moves from one media node to another, with a server and a browser that the tests play:
// what is shown, what goes out, what is asked of which placement, and when the page says that it has arrived.
import { afterEach, expect, test, vi } from 'vitest';
import { FakeConnection } from './testing/fake-connection.ts';
import { FIRST, SECOND, allProduce, inCall, moveTo, shownOf } from './testing/moving-call.ts';
import { MovingRoom } from './testing/moving-room.ts';

const LATEST_MS = 10_000;
const AGAIN_MS = 1_000;

let scene: MovingRoom;

afterEach(() => {
  scene.close();
  // Once a placement is left nothing is asked of it.
  expect(scene.stale).toEqual([]);
  expect(scene.clock.pending).toBe(0);
});

test('M17 each stream goes on from the former placement until it has come by the new one', async () => {
  scene = await inCall('ann', 'bob');
  await moveTo(scene, SECOND);
  expect([shownOf(scene, 'ann'), shownOf(scene, 'bob')]).toEqual([
    [FIRST, FIRST],
    [FIRST, FIRST],
  ]);
  expect(scene.keyState('ann', 'cam')).toBe('ok');
  await scene.produce('ann', 'mic');
  await scene.produce('ann', 'cam');
  expect(shownOf(scene, 'ann')).toEqual([FIRST, FIRST]);
  await scene.play('ann', 'cam');
  expect(shownOf(scene, 'ann')).toEqual([FIRST, SECOND]);
  await scene.play('ann', 'mic');
  expect(scene.arrived).toEqual([]);
  await allProduce(scene, 'bob');
  expect([shownOf(scene, 'ann'), shownOf(scene, 'bob')]).toEqual([
    [SECOND, SECOND],
    [SECOND, SECOND],
  ]);
  expect(scene.arrived).toEqual([SECOND]);
  await scene.tell('media-lost', { placement: FIRST });
  expect(shownOf(scene, 'bob')).toEqual([SECOND, SECOND]);
  expect(scene.rebuildings).toBe(0);
});

test('M17 the own streams go out by both, and by the new one alone once the former one has ended', async () => {
  scene = await inCall('ann');
  const carriers = vi.spyOn(scene.own, 'sendOver');
  await moveTo(scene, SECOND);
  const both = carriers.mock.lastCall?.[0] ?? [];
  expect(both.map(({ takesNew }) => takesNew)).toEqual([true, false]);
  expect(scene.peer('me').streams.cam).toMatchObject({ on: true });
  expect(scene.peer('me').streams.cam.producerId).toBeDefined();
  const screen = await scene.send('screen');
  expect(both.map((carrier) => carrier.carried('screen'))).toEqual([screen, undefined]);
  const other = await scene.send('cam');
  expect(both.map((carrier) => carrier.carried('cam'))).toEqual([other, other]);
  scene.own.want('cam', { state: 'off', track: null });
  await scene.run();
  expect(both.map((carrier) => carrier.carried('cam'))).toEqual([null, null]);
  await scene.tell('media-lost', { placement: FIRST });
  expect(carriers.mock.lastCall?.[0]).toEqual([both[0]]);
});

test('M17 what stays away is not waited for longer than ten seconds after the last that came, and not told twice', async () => {
  scene = await inCall('ann', 'bob');
  await moveTo(scene, SECOND);
  await scene.pass(LATEST_MS - 1_000);
  await allProduce(scene, 'bob');
  await scene.pass(LATEST_MS - 1_000);
  expect(scene.arrived).toEqual([]);
  await scene.pass(1_000);
  expect(scene.arrived).toEqual([SECOND]);
  expect(shownOf(scene, 'ann')).toEqual([FIRST, FIRST]);
  await scene.pass(LATEST_MS);
  await allProduce(scene, 'ann');
  expect(scene.arrived).toEqual([SECOND]);
});

test('M17 without the server nothing is late', async () => {
  scene = await inCall('ann');
  await moveTo(scene, SECOND);
  scene.connection.value = 'reconnecting';
  await scene.see({});
  await scene.pass(10 * LATEST_MS);
  scene.connection.value = 'connected';
  await scene.see({});
  expect(scene.arrived).toEqual([]);
  await allProduce(scene, 'ann');
  expect(scene.arrived).toEqual([SECOND]);
  // Whether anything still comes is looked at for a while (network.ts).
  await scene.pass(LATEST_MS);
});

test('M17 who has no connection to the server is not waited for', async () => {
  scene = await inCall('ann', 'bob');
  await scene.tell('peer-disconnected', { peerId: scene.peer('bob').peerId });
  await moveTo(scene, SECOND);
  await allProduce(scene, 'ann');
  expect(scene.arrived).toEqual([SECOND]);
  expect(shownOf(scene, 'bob')).toEqual([FIRST, FIRST]);
});

test('M17 that it has arrived is told until the server takes it', async () => {
  scene = await inCall('ann');
  scene.takesArrivals = false;
  await moveTo(scene, SECOND);
  await allProduce(scene, 'ann');
  expect(scene.arrived).toEqual([]);
  scene.takesArrivals = true;
  await scene.pass(AGAIN_MS);
  expect(scene.arrived).toEqual([SECOND]);
});

test('M17 somebody who joins meanwhile, and a share that begins, come by the new placement', async () => {
  scene = await inCall('ann');
  await moveTo(scene, SECOND);
  const { peerId: _, ...bob } = scene.peer('ann');
  await scene.tell('peer-joined', {
    peer: { ...bob, peerId: 'bob_____________', streams: scene.peer('me').streams },
  });
  await scene.tell('stream-changed', {
    peerId: 'bob_____________',
    source: 'mic',
    stream: { on: false },
  });
  await scene.produce('bob', 'cam');
  await scene.produce('ann', 'screen');
  await scene.play('bob', 'cam');
  await scene.play('ann', 'screen');
  expect([scene.shown('bob', 'cam'), scene.shown('ann', 'screen')]).toEqual([SECOND, SECOND]);
  expect(shownOf(scene, 'ann')).toEqual([FIRST, FIRST]);
  await allProduce(scene, 'ann');
  expect(scene.arrived).toEqual([SECOND]);
});

test('M17 key frames are asked for where the room is', async () => {
  scene = await inCall('ann');
  const former = scene.peer('ann').streams.cam.producerId;
  await moveTo(scene, SECOND);
  await scene.produce('ann', 'cam');
  const now = scene.peer('ann').streams.cam.producerId;
  if (former === undefined || now === undefined) throw new Error('both were produced');
  scene.media.askForKeyFrames([former]);
  scene.media.askForKeyFrames([former, now]);
  await scene.run();
  expect(scene.keyFrames).toEqual([{ placement: SECOND, producerIds: [now] }]);
});

test('M17 a home that stands by moves too, and nobody is told', async () => {
  vi.stubGlobal('RTCPeerConnection', FakeConnection);
  vi.stubGlobal('MediaStream', EventTarget);
  vi.stubGlobal('RTCRtpReceiver', { getCapabilities: () => ({ codecs: [] }) });
  scene = await MovingRoom.open(['ann'], { type: 'p2p', standby: true, arrived: [] });
  await scene.tell('room-placed', { placement: FIRST });
  await scene.send('cam');
  await allProduce(scene, 'ann');
  expect(shownOf(scene, 'ann')).toEqual([FIRST, FIRST]);
  await moveTo(scene, SECOND);
  expect(shownOf(scene, 'ann')).toEqual([FIRST, FIRST]);
  await allProduce(scene, 'ann');
  expect(shownOf(scene, 'ann')).toEqual([SECOND, SECOND]);
  expect(scene.arrived).toEqual([SECOND]);
  await scene.tell('media-lost', { placement: SECOND });
  await scene.tell('media-lost', { placement: FIRST });
  expect(scene.rebuildings).toBe(0);
  vi.unstubAllGlobals();
});
