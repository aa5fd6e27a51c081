// A meeting across browsers: a person in Chromium and a person in Firefox, over the real server.
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { areIn } from './call-path.ts';
import { launchBrowser, launchFirefox, startServer, type TestServer } from './harness.ts';
import { Person } from './person.ts';

let server: TestServer;
let chromium: Browser;
let firefox: Browser;
/** In Chromium. */
let ann: Person;
/** In Firefox. */
let fox: Person;
let annId: string;
let foxId: string;

beforeAll(async () => {
  server = await startServer();
  [chromium, firefox] = await Promise.all([launchBrowser(), launchFirefox()]);
  ann = await Person.arrive(chromium, 'Ann');
  fox = await Person.arrive(firefox, 'Fox');
  const link = await ann.makeMeeting(server.url);
  await ann.join(link);
  await fox.join(link);
  [annId, foxId] = [await ann.peerId(), await fox.peerId()];
});

afterAll(async () => {
  await chromium?.close();
  await firefox?.close();
  await server?.close();
});

test('C1 each sees the other, directly', async () => {
  await areIn('p2p', [ann, fox]);
  await ann.seesFramesIn(ann.tile(foxId));
  await fox.seesFramesIn(fox.tile(annId));
});

test('each hears the other', async () => {
  await ann.hears(foxId);
  await fox.hears(annId);
});

test('S1 each sees the other speak', async () => {
  await ann.press('toggle-mic');
  await ann.finds(`${ann.tile(foxId)}[data-speaking="true"]`);
  await ann.press('toggle-mic');
  await fox.press('toggle-mic');
  await fox.finds(`${fox.tile(annId)}[data-speaking="true"]`);
  await fox.press('toggle-mic');
});

test('M4 who is muted is not heard, and is shown as muted', async () => {
  for (const [muted, mutedId, other] of [
    [fox, foxId, ann],
    [ann, annId, fox],
  ] as const) {
    await muted.press('toggle-mic');
    await other.finds(`${other.tile(mutedId)}[data-muted="true"]`);
    await other.hearsNothingOf(mutedId);
    await muted.press('toggle-mic');
    await other.finds(`${other.tile(mutedId)}[data-muted="false"]`);
    await other.hears(mutedId);
  }
});

test('a camera goes off and on again', async () => {
  for (const [person, id, other] of [
    [fox, foxId, ann],
    [ann, annId, fox],
  ] as const) {
    await person.press('toggle-camera');
    await other.seesNoVideoIn(other.tile(id));
    await person.press('toggle-camera');
    await other.seesFramesIn(other.tile(id));
  }
});

test('a screen is shared both ways, and ends by the page or by the browser', async () => {
  await fox.press('toggle-screen');
  await ann.seesFramesIn(ann.screenTile(foxId));
  await fox.press('toggle-screen');
  await ann.findsNo(ann.screenTile(foxId));
  await fox.press('toggle-screen');
  await ann.seesFramesIn(ann.screenTile(foxId));
  await fox.dispatch('test:stop-sharing');
  await ann.findsNo(ann.screenTile(foxId));
  await ann.press('toggle-screen');
  await fox.seesFramesIn(fox.screenTile(annId));
  await ann.press('toggle-screen');
  await fox.findsNo(fox.screenTile(annId));
});

test('J5 a lost socket is not a leave in Firefox either', async () => {
  await fox.hasConnected(1);
  await fox.dispatch('test:drop-sockets');
  await fox.hasConnected(2);
  expect(await fox.peerId()).toBe(foxId);
  await ann.seesFramesIn(ann.tile(foxId));
  await fox.press('toggle-mic');
  await ann.finds(`${ann.tile(foxId)}[data-muted="true"]`);
  await fox.press('toggle-mic');
  await ann.finds(`${ann.tile(foxId)}[data-muted="false"]`);
});

test('C2 two people in Firefox and one in Chromium see and hear each other', async () => {
  const fay = await Person.arrive(firefox, 'Fay');
  try {
    await fay.join(await fox.link());
    const fayId = await fay.peerId();
    await areIn('sfu', [ann, fox, fay]);
    await fay.seesFramesIn(fay.tile(annId));
    await fox.seesFramesIn(fox.tile(annId));
    await fay.seesFramesIn(fay.tile(foxId));
    await fox.seesFramesIn(fox.tile(fayId));
    await fay.hears(foxId);
    await fox.hears(fayId);
    expect(fay.complaints).toEqual([]);
  } finally {
    await fay.close();
  }
  await fox.findsNo(`[data-testid="tile"]:not([data-peer="${annId}"])`);
});

test('J6 a reload leaves and joins', async () => {
  await fox.page.reload();
  await ann.findsNo(ann.tile(foxId));
  await fox.enter();
  expect(await fox.peerId()).not.toBe(foxId);
  foxId = await fox.peerId();
  await ann.seesFramesIn(ann.tile(foxId));
  await fox.seesFramesIn(fox.tile(annId));
  await ann.hears(foxId);
  await fox.hears(annId);
});

test('no page had anything to complain of', () => {
  for (const { name, complaints } of [ann, fox])
    expect({ name, complaints }).toEqual({ name, complaints: [] });
});

test('who leaves is gone', async () => {
  await fox.press('leave');
  await ann.findsNo(ann.tile(foxId));
});
