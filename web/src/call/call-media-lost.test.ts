// A call whose room moves while something else happens: either placement is lost, the room moves again, the
// page was away, or something was under way. With a server and a browser that the tests play.
import { afterEach, expect, test } from 'vitest';
import { settled } from '../signaling/testing/turns.ts';
import { FakeTrack } from './testing/fake-track.ts';
import {
  FIRST,
  SECOND,
  THIRD,
  FOURTH,
  allProduce,
  inCall,
  moveTo,
  shownOf,
} from './testing/moving-call.ts';
import { MovingRoom } from './testing/moving-room.ts';

const LATEST_MS = 10_000;

let scene: MovingRoom;

afterEach(() => {
  scene.close();
  // Once a placement is left nothing is asked of it.
  expect(scene.stale).toEqual([]);
  expect(scene.clock.pending).toBe(0);
});

test('M17 the former placement ends too early: what had not come yet is told to be rebuilt', async () => {
  scene = await inCall('ann');
  await moveTo(scene, SECOND);
  await scene.produce('ann', 'cam');
  await scene.play('ann', 'cam');
  await scene.tell('media-lost', { placement: FIRST });
  expect(shownOf(scene, 'ann')).toEqual([null, SECOND]);
  expect(scene.rebuildings).toBe(1);
  await scene.produce('ann', 'mic');
  expect(shownOf(scene, 'ann')).toEqual([SECOND, SECOND]);
});

test('M17 the new placement ends: the former one goes on, and the next one is moved to', async () => {
  scene = await inCall('ann');
  await moveTo(scene, SECOND);
  await scene.produce('ann', 'cam');
  await scene.play('ann', 'cam');
  expect(shownOf(scene, 'ann')).toEqual([FIRST, SECOND]);
  await scene.tell('media-lost', { placement: SECOND });
  expect(shownOf(scene, 'ann')).toEqual([FIRST, FIRST]);
  expect(scene.rebuildings).toBe(0);
  await moveTo(scene, THIRD);
  expect(scene.room.leaving).toBe(FIRST);
  await allProduce(scene, 'ann');
  expect(shownOf(scene, 'ann')).toEqual([THIRD, THIRD]);
  expect(scene.arrived).toEqual([THIRD]);
});

test('M17 a second move while the first lasts: the one in between is the former one', async () => {
  scene = await inCall('ann');
  await moveTo(scene, SECOND);
  await allProduce(scene, 'ann');
  await scene.tell('media-lost', { placement: FIRST });
  await moveTo(scene, THIRD);
  expect(shownOf(scene, 'ann')).toEqual([SECOND, SECOND]);
  await allProduce(scene, 'ann');
  expect(scene.arrived).toEqual([SECOND, THIRD]);
  expect(scene.rebuildings).toBe(0);
});

test('M17 V4 after a snapshot the sessions are those that the room has', async () => {
  scene = await inCall('ann');
  await scene.find({ placement: SECOND, leaving: FIRST });
  expect(shownOf(scene, 'ann')).toEqual([FIRST, FIRST]);
  expect(scene.rebuildings).toBe(0);
  await scene.find({ placement: FOURTH, leaving: THIRD });
  expect([shownOf(scene, 'ann'), scene.rebuildings]).toEqual([[null, null], 1]);
  await allProduce(scene, 'ann');
  expect(shownOf(scene, 'ann')).toEqual([FOURTH, FOURTH]);
  await scene.see({ leaving: null });
  expect([shownOf(scene, 'ann'), scene.rebuildings]).toEqual([[FOURTH, FOURTH], 1]);
});

test('M17 V4 a page that finds its room moved, and nothing left of the former placement, begins anew', async () => {
  scene = await inCall('ann');
  await scene.find({ placement: SECOND, leaving: null });
  expect(shownOf(scene, 'ann')).toEqual([null, null]);
  expect(scene.rebuildings).toBe(1);
  await allProduce(scene, 'ann');
  expect(shownOf(scene, 'ann')).toEqual([SECOND, SECOND]);
});

test('V4 a room that was made again, and frames’ worker that was lost, end both sessions', async () => {
  scene = await inCall('ann');
  await moveTo(scene, SECOND);
  scene.media.restart();
  await scene.run();
  expect(shownOf(scene, 'ann')).toEqual([null, null]);
  await allProduce(scene, 'ann');
  expect(scene.arrived).toEqual([SECOND]);
  await moveTo(scene, THIRD);
  scene.media.rejoin();
  await scene.see({ placement: null, leaving: null });
  expect(shownOf(scene, 'ann')).toEqual([null, null]);
});

test('M17 M2 what was under way when the room moved is refused, and what there was goes on', async () => {
  scene = await inCall('ann');
  const stream = { on: true, producerId: scene.nextProducer() };
  scene.apply('stream-changed', { peerId: scene.peer('ann').peerId, source: 'screen', stream });
  const track = new FakeTrack('video', 'screen');
  scene.own.want('screen', { state: 'on', track });
  await settled();
  scene.refusal = 'rate-limited';
  await moveTo(scene, SECOND);
  expect(scene.stale.splice(0).toSorted()).toEqual([`consume ${FIRST}`, `produce ${FIRST}`]);
  expect(shownOf(scene, 'ann')).toEqual([FIRST, FIRST]);
  expect(scene.peer('me').streams.screen.producerId).toBeDefined();
  await scene.produce('ann', 'screen');
  await scene.play('ann', 'screen');
  await allProduce(scene, 'ann');
  expect(scene.arrived).toEqual([SECOND]);
  expect(scene.rebuildings).toBe(0);
});

test('M17 M10 a connection to the former media node that breaks is left so', async () => {
  scene = await inCall('ann');
  const { handlers } = scene.browser;
  for (const handler of handlers) handler.setConnectionState('connected');
  await moveTo(scene, SECOND);
  const [former, now] = [handlers.slice(0, 2), handlers.slice(2)];
  for (const handler of former) handler.setConnectionState('disconnected');
  await scene.pass(LATEST_MS - 1);
  for (const handler of former) handler.setConnectionState('failed');
  await scene.run();
  expect(shownOf(scene, 'ann')).toEqual([FIRST, FIRST]);
  expect([now.length, handlers.length, scene.rebuildings]).toEqual([2, 4, 0]);
  await allProduce(scene, 'ann');
  expect(shownOf(scene, 'ann')).toEqual([SECOND, SECOND]);
});

test('M17 M2 a session that was only being opened when the room moved is none', async () => {
  scene = await MovingRoom.open(['ann']);
  scene.apply('room-placed', { placement: FIRST });
  await moveTo(scene, SECOND);
  expect(scene.stale.splice(0)).toEqual([`open-transport ${FIRST}`, `open-transport ${FIRST}`]);
  await scene.send('mic');
  await allProduce(scene, 'ann');
  expect(shownOf(scene, 'ann')).toEqual([SECOND, SECOND]);
  expect(scene.arrived).toEqual([SECOND]);
});

test('a placement that ends without a move is rebuilt, and told', async () => {
  scene = await inCall('ann');
  await scene.tell('media-lost', { placement: FIRST });
  expect([shownOf(scene, 'ann'), scene.rebuildings]).toEqual([[null, null], 1]);
  await moveTo(scene, SECOND);
  await allProduce(scene, 'ann');
  expect(shownOf(scene, 'ann')).toEqual([SECOND, SECOND]);
  expect(scene.arrived).toEqual([]);
});

test('M17 a socket that was away hears of a move and its end at once', async () => {
  scene = await inCall('ann');
  scene.apply('room-placed', { placement: SECOND });
  scene.apply('media-lost', { placement: FIRST });
  await scene.run();
  expect([shownOf(scene, 'ann'), scene.rebuildings]).toEqual([[null, null], 1]);
  await allProduce(scene, 'ann');
  expect(shownOf(scene, 'ann')).toEqual([SECOND, SECOND]);
});
