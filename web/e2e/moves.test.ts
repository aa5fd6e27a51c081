// A worker of the media node is to be replaced in the middle of a call of three: the call goes on, on another
// one, and nobody loses a picture, a voice or a key on the way.
import type { Browser } from 'puppeteer';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { areIn, hurriedClock } from './call-path.ts';
import { everyPair } from './every-pair.ts';
import { launchBrowser } from './harness.ts';
import { paintScreen } from './in-page.ts';
import { rememberSwitches } from './in-page-tiles.ts';
import { type InProcessServer, startInProcess } from './in-process-server.ts';
import { Person } from './person.ts';
import { repeatedCounters, type SealedFrames, watchSealing } from './sealed-frames.ts';
import { sharedCode } from './talk.ts';
import { until } from './until.ts';
import { allMove, expectNoneLost, tilesOf, watchTiles } from './watched-tiles.ts';

const SCREEN = [320, 180] as const;

/** In place of the quarter of a minute that a call waits before it goes direct again. */
const BACK_MS = 1_000;

let server: InProcessServer;
let browser: Browser;
let ann: Person;
let bob: Person;
let cat: Person;
let sealing: readonly SealedFrames[];

const all = (): readonly Person[] => [ann, bob, cat];

const see = (people: readonly Person[]): Promise<void> =>
  everyPair(people, (person, otherId) => person.seesFramesIn(person.tile(otherId)));

const hear = (people: readonly Person[]): Promise<void> =>
  everyPair(people, (person, otherId) => person.hears(otherId));

beforeEach(async () => {
  server = await startInProcess({ clock: hurriedClock(BACK_MS), workers: 2 });
  browser = await launchBrowser();
  ann = await Person.arrive(browser, 'Ann');
  bob = await Person.arrive(browser, 'Bob');
  cat = await Person.arrive(browser, 'Cat');
  for (const { page } of all()) await page.evaluateOnNewDocument(rememberSwitches);
  // Less to encode than a tab.
  await bob.page.evaluateOnNewDocument(paintScreen, ...SCREEN);
  sealing = all().map(({ page }) => watchSealing(page));
  const link = await ann.makeMeeting(server.url);
  for (const person of all()) await person.join(link);
  await areIn('sfu', all());
  await see(all());
});

afterEach(async () => {
  await browser?.close();
  await server?.close();
});

/** The worker that the room is on; pages know nothing of it. */
const home = (): number => {
  const used = server.media.load().filter(({ rooms }) => rooms > 0);
  expect(used).toHaveLength(1);
  return used[0]?.worker ?? -1;
};

const timesHeard = async (event: string): Promise<readonly number[]> => {
  const heard = await Promise.all(all().map((person) => person.eventsHeard()));
  return heard.map((events) => events.filter((name) => name === event).length);
};

const isReplaced = (worker: number): Promise<unknown> =>
  until(
    'the worker has been replaced',
    async () => server.media.load()[worker],
    (load) => load?.alive === true && !load.draining,
  );

const nobodyComplains = async (): Promise<void> => {
  for (const { complaints } of all()) expect(complaints).toEqual([]);
  for (const person of all()) expect(await person.gapsInTheLog()).toEqual([]);
};

/** Of those who are still here: what somebody's worker had sealed goes with it. */
const noCounterTwice = async (those = sealing): Promise<void> => {
  for (const sealed of await Promise.all(those.map((frames) => frames.all()))) {
    expect(sealed.length).toBeGreaterThan(100);
    expect(repeatedCounters(sealed)).toEqual([]);
  }
};

test('M17 M18 F14 a worker drains in mid-call: everybody goes on seeing and hearing all others, under the same keys', async () => {
  await bob.press('toggle-screen');
  const tiles = await tilesOf(all(), [bob]);
  await allMove(tiles);
  const [code, commits] = [await sharedCode(all(), []), await timesHeard('commit')];
  const [lost, placed] = [await timesHeard('media-lost'), await timesHeard('room-placed')];
  const [before, pids] = [home(), server.media.workerPids()];
  const watch = await watchTiles(tiles);
  await server.media.drain({ worker: before });
  for (const [index, person] of all().entries()) {
    await person.heardTimes('media-lost', (lost[index] ?? 0) + 1);
  }
  expect(home()).toBe(1 - before);
  await allMove(tiles);
  await hear(all());
  await expectNoneLost(watch);
  expect(await watch.notices()).toEqual({ Ann: [], Bob: [], Cat: [] });
  expect(await timesHeard('media-lost')).toEqual(lost.map((times) => times + 1));
  expect(await timesHeard('room-placed')).toEqual(placed.map((times) => times + 1));
  expect(await sharedCode(all(), [])).toBe(code);
  expect(await timesHeard('commit')).toEqual(commits);
  await noCounterTwice();
  await isReplaced(before);
  const replaced = server.media.workerPids();
  expect(replaced[before]).not.toBe(pids[before]);
  expect(replaced[1 - before]).toBe(pids[1 - before]);
  await nobodyComplains();
});

test('M17 C8 in the middle of a move somebody begins to share, one mutes, one is loaded anew; then the last two go direct', async () => {
  const [annId, bobId, catId] = [await ann.peerId(), await bob.peerId(), await cat.peerId()];
  const before = home();
  await server.media.drain({ worker: before });
  await Promise.all([
    ann.press('toggle-mic'),
    bob.press('toggle-screen'),
    cat.page.reload().then(() => cat.enter()),
  ]);
  await allMove(await tilesOf(all(), [bob]));
  await bob.hearsNothingOf(annId);
  await cat.hearsNothingOf(annId);
  await ann.hears(bobId);
  await isReplaced(before);
  for (const person of [ann, bob]) {
    await person.findsNo(person.tile(catId));
    expect(await person.tileCount()).toBe(2);
  }
  await ann.press('toggle-mic');
  await hear(all());
  await bob.press('toggle-screen');
  await cat.press('leave');
  await areIn('p2p', [ann, bob]);
  await see([ann, bob]);
  await hear([ann, bob]);
  await until(
    'the media node has no room',
    async () => server.media.load().filter(({ rooms }) => rooms > 0),
    (used) => used.length === 0,
  );
  await noCounterTwice(sealing.slice(0, 2));
  await nobodyComplains();
});

test('M17 a worker drains, and the one that the call goes to dies before all are there', async () => {
  const tiles = await tilesOf(all());
  const before = home();
  const pids = server.media.workerPids();
  const placed = await timesHeard('room-placed');
  await server.media.drain({ worker: before });
  await ann.heardTimes('room-placed', (placed[0] ?? 0) + 1);
  process.kill(pids[1 - before] ?? 0, 'SIGKILL');
  await allMove(tiles);
  await hear(all());
  await isReplaced(before);
  await isReplaced(1 - before);
  await allMove(tiles);
  expect(await ann.tileCount()).toBe(2);
  await noCounterTwice();
  await nobodyComplains();
});
