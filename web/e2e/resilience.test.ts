// Nothing short of leaving ends the call: the cable is pulled, the server and its workers are killed,
// a page is loaded anew in the middle of each, and the people go on seeing and hearing each other.
import type { Browser } from 'puppeteer';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Cable, layCable } from './cable.ts';
import { launchBrowser, startServer, type TestServer } from './harness.ts';
import { connectionsMade } from './in-page-frames.ts';
import { rememberConnections } from './in-page-media.ts';
import { Person } from './person.ts';
import { until } from './until.ts';

/** The fake camera's rate; that long without the server is so many of these. */
const FRAMES_PER_SECOND = 15;
const CUT_S = 40;

let server: TestServer;
/** Bob's way to the server; Ann's own is never cut. */
let cable: Cable;
let browser: Browser;
let ann: Person;
let bob: Person;
let link: string;

type CallMode = 'auto' | 'sfu-only';

const begin = async (callMode: CallMode): Promise<void> => {
  server = await startServer({ CALL_MODE: callMode });
  cable = await layCable(server.url);
  browser = await launchBrowser();
  ann = await Person.arrive(browser, 'Ann');
  bob = await Person.arrive(browser, 'Bob');
  for (const { page } of [ann, bob]) await page.evaluateOnNewDocument(rememberConnections);
  link = await ann.makeMeeting(server.url);
  await ann.join(link);
  await bob.join(link.replace(server.url, cable.url));
  await bothMeet();
};

afterEach(async () => {
  await browser?.close();
  await cable?.close();
  await server?.close();
});

const bothMeet = async (): Promise<void> => {
  const [annId, bobId] = [await ann.peerId(), await bob.peerId()];
  await ann.seesFramesIn(ann.tile(bobId));
  await bob.seesFramesIn(bob.tile(annId));
  await ann.hears(bobId);
  await bob.hears(annId);
};

const areConnected = async (): Promise<void> => {
  for (const person of [ann, bob]) {
    await person.finds('[data-testid="connection"][data-state="connected"]');
  }
};

/** What each page was told by the server is one log after another without a gap. */
const toldWithoutGap = async (): Promise<void> => {
  for (const person of [ann, bob]) expect(await person.gapsInTheLog()).toEqual([]);
};

const connections = (): Promise<readonly number[]> =>
  Promise.all([ann, bob].map(({ page }) => page.evaluate(connectionsMade)));

describe.each<CallMode>(['auto', 'sfu-only'])('CALL_MODE=%s', (callMode) => {
  beforeEach(() => begin(callMode));

  test('J5 40 s without the server: frames go on, nobody leaves, names and ids stay', async () => {
    const [annId, bobId] = [await ann.peerId(), await bob.peerId()];
    await cable.pull();
    await bob.finds('[data-testid="connection"][data-state="reconnecting"]');
    await Promise.all([
      ann.seesFramesIn(ann.tile(bobId), CUT_S * FRAMES_PER_SECOND),
      bob.seesFramesIn(bob.tile(annId), CUT_S * FRAMES_PER_SECOND),
    ]);
    await cable.plugIn();
    await areConnected();
    expect([await ann.peerId(), await bob.peerId()]).toEqual([annId, bobId]);
    await ann.heardTimes('peer-disconnected', 1);
    await ann.heardTimes('peer-resumed', 1);
    expect(await ann.eventsHeard()).not.toContain('peer-left');
    expect(await bob.eventsHeard()).not.toContain('peer-left');
    await bothMeet();
    await toldWithoutGap();
  });

  test('J5 the server is killed and started again: everybody is back by themselves', async () => {
    const [annId, bobId] = [await ann.peerId(), await bob.peerId()];
    const before = await connections();
    await ann.press('toggle-mic');
    await bob.finds(`${bob.tile(annId)}[data-muted="true"]`);
    await server.crash();
    await ann.finds('[data-testid="connection"][data-state="reconnecting"]');
    await server.restart();
    await areConnected();
    expect([await ann.peerId(), await bob.peerId()]).toEqual([annId, bobId]);
    await bob.finds(`${bob.tile(annId)}[data-muted="true"]`);
    await ann.press('toggle-mic');
    await bothMeet();
    expect(await bob.nameIn(bob.tile(annId))).toContain('Ann');
    await toldWithoutGap();
    // What goes directly has nothing to do with the server.
    if (callMode === 'auto') expect(await connections()).toEqual(before);
  });
});

describe('directly', () => {
  beforeEach(() => begin('auto'));

  test('J5 a page loaded anew while the other is cut off: one tile each, once all are back', async () => {
    const oldId = await ann.peerId();
    await cable.pull();
    await bob.finds('[data-testid="connection"][data-state="reconnecting"]');
    await ann.page.reload();
    await ann.enter();
    await cable.plugIn();
    await areConnected();
    await bothMeet();
    expect(await ann.peerId()).not.toBe(oldId);
    await bob.findsNo(bob.tile(oldId));
    expect(await bob.tileCount()).toBe(1);
    await toldWithoutGap();
  });

  test('J5 a page loaded anew while the server is away comes in by itself once it is back', async () => {
    await server.crash();
    await bob.finds('[data-testid="connection"][data-state="reconnecting"]');
    await server.restart();
    await ann.page.reload();
    await ann.enter();
    await areConnected();
    await until(
      'each sees one other',
      async () => [await ann.tileCount(), await bob.tileCount()],
      (counts) => counts.every((count) => count === 1),
    );
    await bothMeet();
    await toldWithoutGap();
  });
});

describe('through the media node', () => {
  beforeEach(() => begin('sfu-only'));

  test('M8 the media workers are killed: the same people, tiles and socket, new media', async () => {
    const [annId, bobId] = [await ann.peerId(), await bob.peerId()];
    server.killWorkers();
    for (const person of [ann, bob]) await person.heardTimes('media-lost', 1);
    await bothMeet();
    expect([await ann.peerId(), await bob.peerId()]).toEqual([annId, bobId]);
    await ann.hasConnected(1);
    await toldWithoutGap();
  });

  test('M8 a page loaded anew while the workers are dead meets the others all the same', async () => {
    server.killWorkers();
    await ann.page.reload();
    await ann.enter();
    await until(
      'one tile at Bob',
      () => bob.tileCount(),
      (count) => count === 1,
    );
    await bothMeet();
    await toldWithoutGap();
  });
});
