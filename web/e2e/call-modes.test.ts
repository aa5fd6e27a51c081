// Two people talk directly, the third moves everybody to the media node, the last two move back: and
// nobody loses a picture, a voice or a key on the way.
import type { Browser } from 'puppeteer';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { areIn, CALL_MODE, hurriedClock } from './call-path.ts';
import { everyPair } from './every-pair.ts';
import { launchBrowser } from './harness.ts';
import { connectionsMade } from './in-page-frames.ts';
import { reachNobody, rememberConnections } from './in-page-media.ts';
import { timesWithout, watchFor } from './in-page-tiles.ts';
import { type InProcessServer, startInProcess } from './in-process-server.ts';
import { Person } from './person.ts';
import { repeatedCounters, watchSealing } from './sealed-frames.ts';
import { until } from './until.ts';

const ROUNDS = 10;
/** Ten times what it takes. */
const ROUNDS_MS = 900_000;
/** In place of the quarter of a minute that a call waits before it goes direct again. */
const BACK_MS = 1_000;

let server: InProcessServer;
let browser: Browser;
let ann: Person;
let bob: Person;
let link: string;

beforeEach(async () => {
  server = await startInProcess({ clock: hurriedClock(BACK_MS) });
  browser = await launchBrowser();
  ann = await Person.arrive(browser, 'Ann');
  bob = await Person.arrive(browser, 'Bob');
  link = await ann.makeMeeting(server.url);
});

afterEach(async () => {
  await browser?.close();
  await server?.close();
});

const see = (people: readonly Person[]): Promise<void> =>
  everyPair(people, (person, otherId) => person.seesFramesIn(person.tile(otherId)));

const meet = async (people: readonly Person[]): Promise<void> => {
  await see(people);
  await everyPair(people, (person, otherId) => person.hears(otherId));
};

/** Rooms on the media node. */
const rooms = (): number => server.media.load().reduce((sum, { rooms: here }) => sum + here, 0);

const isEmpty = (): Promise<unknown> =>
  until(
    'the media node has no room',
    async () => rooms(),
    (count) => count === 0,
  );

const twoTalk = async (): Promise<void> => {
  await ann.join(link);
  await bob.join(link);
  await areIn('p2p', [ann, bob]);
  await meet([ann, bob]);
};

const comes = async (name: string): Promise<Person> => {
  const person = await Person.arrive(browser, name);
  await person.join(link);
  return person;
};

const nobodyComplains = (): void => expect([ann.complaints, bob.complaints]).toEqual([[], []]);

test('C1 two people need no media node, whatever they do', async () => {
  await twoTalk();
  await isEmpty();
  const [annId, bobId] = [await ann.peerId(), await bob.peerId()];
  await ann.press('toggle-mic');
  await bob.hearsNothingOf(annId);
  await ann.press('toggle-mic');
  await bob.hears(annId);
  await bob.press('toggle-camera');
  await ann.seesNoVideoIn(ann.tile(bobId));
  await bob.press('toggle-camera');
  await ann.seesFramesIn(ann.tile(bobId));
  await bob.press('toggle-screen');
  await ann.seesFramesIn(ann.screenTile(bobId));
  await bob.press('toggle-screen');
  await ann.findsNo(ann.screenTile(bobId));
  await meet([ann, bob]);
  expect(rooms()).toBe(0);
  nobodyComplains();
});

test(
  'C2 C8 F14 to three and back, again and again: no counter twice, no tile lost, no epoch but for who came and went',
  async () => {
    const sealing = [watchSealing(ann.page), watchSealing(bob.page)];
    await twoTalk();
    const [annId, bobId] = [await ann.peerId(), await bob.peerId()];
    await ann.page.evaluate(watchFor, `${ann.tile(bobId)} video`);
    await bob.page.evaluate(watchFor, `${bob.tile(annId)} video`);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const cat = await comes('Cat');
      await areIn('sfu', [ann, bob, cat]);
      await see([ann, bob, cat]);
      await cat.press('leave');
      await cat.close();
      await areIn('p2p', [ann, bob]);
      await see([ann, bob]);
      await isEmpty();
    }
    await meet([ann, bob]);
    for (const [person, otherId] of [
      [ann, bobId],
      [bob, annId],
    ] as const) {
      const tile = `${person.tile(otherId)} video`;
      expect(await person.page.evaluate(timesWithout, tile)).toBe(0);
      expect(await person.gapsInTheLog()).toEqual([]);
    }
    // Bob's coming, and each time somebody's coming and going; two of these may share a commit.
    const commits = (await ann.eventsHeard()).filter((event) => event === 'commit');
    expect(commits.length).toBeGreaterThan(ROUNDS);
    expect(commits.length).toBeLessThanOrEqual(1 + 2 * ROUNDS);
    for (const sealed of await Promise.all(sealing.map(({ all }) => all()))) {
      expect(sealed.length).toBeGreaterThan(ROUNDS * 100);
      expect(repeatedCounters(sealed)).toEqual([]);
    }
    nobodyComplains();
  },
  ROUNDS_MS,
);

describe('in the middle of a change', () => {
  test('C2 another one comes while the call moves', async () => {
    await twoTalk();
    const both = await Promise.all([comes('Cat'), comes('Dan')]);
    await areIn('sfu', [ann, bob, ...both]);
    await meet([ann, bob, ...both]);
    nobodyComplains();
  });

  test('C2 who made the call move leaves at once', async () => {
    await twoTalk();
    const cat = await comes('Cat');
    await cat.press('leave');
    await areIn('p2p', [ann, bob]);
    await meet([ann, bob]);
    await isEmpty();
    nobodyComplains();
  });

  test('C2 one of the two leaves while the call moves', async () => {
    await twoTalk();
    const cat = await comes('Cat');
    await bob.press('leave');
    await meet([ann, cat]);
    await areIn('p2p', [ann, cat]);
    await meet([ann, cat]);
    await isEmpty();
    nobodyComplains();
  });

  test('C8 somebody comes while the call moves back', async () => {
    await twoTalk();
    const cat = await comes('Cat');
    await meet([ann, bob, cat]);
    await cat.press('leave');
    await ann.heardTimes('mode-changed', 2);
    const dan = await comes('Dan');
    await areIn('sfu', [ann, bob, dan]);
    await meet([ann, bob, dan]);
    nobodyComplains();
  });
});

test('C1 a reload of one of two: direct again, with one tile', async () => {
  await twoTalk();
  const oldId = await bob.peerId();
  await bob.page.reload();
  await bob.enter();
  await areIn('p2p', [ann, bob]);
  await meet([ann, bob]);
  expect(await bob.peerId()).not.toBe(oldId);
  expect(await ann.tileCount()).toBe(1);
  await isEmpty();
  nobodyComplains();
});

test('C2 a shared screen, a muted microphone and a camera that is off stay so across changes', async () => {
  await twoTalk();
  const [annId, bobId] = [await ann.peerId(), await bob.peerId()];
  await bob.press('toggle-screen');
  await ann.seesFramesIn(ann.screenTile(bobId));
  await ann.press('toggle-mic');
  await ann.press('toggle-camera');
  await bob.seesNoVideoIn(bob.tile(annId));
  const stillSo = async (): Promise<void> => {
    await ann.seesFramesIn(ann.screenTile(bobId));
    await ann.seesFramesIn(ann.tile(bobId));
    await ann.hears(bobId);
    await bob.hearsNothingOf(annId);
    await bob.seesNoVideoIn(bob.tile(annId));
  };
  const cat = await comes('Cat');
  await areIn('sfu', [ann, bob, cat]);
  await stillSo();
  await cat.seesFramesIn(cat.screenTile(bobId));
  await cat.close();
  await areIn('p2p', [ann, bob]);
  await isEmpty();
  await stillSo();
  await ann.press('toggle-mic');
  await ann.press('toggle-camera');
  await meet([ann, bob]);
  nobodyComplains();
});

/** What the page remembers of the person, as its settings have it. */
const hideAddress = async ({ page }: Person): Promise<void> => {
  await page.evaluateOnNewDocument(() => {
    const isRemembered = location.protocol !== 'http:' || 'sotto.settings' in localStorage;
    if (!isRemembered) localStorage.setItem('sotto.settings', '{"hideAddress":true}');
  });
};

test('C4 who hides their address is reached by nobody, until they do so no more', async () => {
  await hideAddress(bob);
  for (const { page } of [ann, bob]) await page.evaluateOnNewDocument(rememberConnections);
  await ann.page.reload();
  await ann.join(link);
  await bob.join(link);
  await areIn('sfu', [ann, bob]);
  await meet([ann, bob]);
  // Two to find out what the browser can do, two to the media node, and none to each other.
  for (const { page } of [ann, bob]) expect(await page.evaluate(connectionsMade)).toBe(4);
  await bob.press('more');
  await bob.press('settings');
  await bob.press('setting-hide-address');
  await areIn('p2p', [ann, bob]);
  await meet([ann, bob]);
  await isEmpty();
  for (const { page } of [ann, bob]) expect(await page.evaluate(connectionsMade)).toBe(5);
  await bob.press('setting-hide-address');
  await areIn('sfu', [ann, bob]);
  await meet([ann, bob]);
  nobodyComplains();
});

test('C5 C7 two who do not reach each other are moved, told why, and not tried again', async () => {
  for (const { page } of [ann, bob]) await page.evaluateOnNewDocument(reachNobody);
  await ann.page.reload();
  await ann.join(link);
  await bob.join(link);
  await areIn('sfu', [ann, bob]);
  await meet([ann, bob]);
  await ann.heardTimes('mode-changed', 2);
  const why = await ann.page.$eval(CALL_MODE, (mark) => mark.getAttribute('aria-label') ?? '');
  expect(why).toContain('No direct way');
  const cat = await comes('Cat');
  await see([ann, bob, cat]);
  await cat.close();
  await ann.heardTimes('peer-left', 1);
  await ann.heardTimes('mode-changed', 4);
  await meet([ann, bob]);
  expect(await ann.page.$(`${CALL_MODE}[data-mode="p2p"]`)).toBeNull();
  nobodyComplains();
});
