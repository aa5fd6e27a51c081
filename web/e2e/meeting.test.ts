// Three people meet in real browsers over the real server, and do what people do in meetings.
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, startServer, type TestServer } from './harness.ts';
import { everyPair } from './every-pair.ts';
import { Person } from './person.ts';
import { until } from './until.ts';

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  server = await startServer();
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const seeAndHear = async (people: readonly Person[]): Promise<void> => {
  await everyPair(people, (person, otherId) => person.seesFramesIn(person.tile(otherId)));
  await everyPair(people, (person, otherId) => person.hears(otherId));
};

describe('a meeting of three', () => {
  let link: string;
  let ann: Person;
  let bob: Person;
  let cat: Person;

  beforeAll(async () => {
    ann = await Person.arrive(browser, 'Ann');
    bob = await Person.arrive(browser, 'Bob');
    cat = await Person.arrive(browser, 'Cat');
    link = await ann.makeMeeting(server.url);
    await ann.join(link);
    await Promise.all([bob.join(link), cat.join(link)]);
  });

  // The made-up camera is one for all windows, and keeps the size that its first user asked for.
  afterAll(async () => {
    for (const person of [ann, bob, cat]) await person?.close();
  });

  test('everybody sees and hears everybody', async () => {
    await seeAndHear([ann, bob, cat]);
  });

  test('J5 a lost socket is not a leave: the media goes on and the session is taken up', async () => {
    const annId = await ann.peerId();
    await ann.hasConnected(1);
    await ann.dispatch('test:drop-sockets');
    await bob.seesFramesIn(bob.tile(annId));
    await ann.hasConnected(2);
    await ann.findsNo('[data-testid="connection"][data-state="reconnecting"]');
    expect(await ann.peerId()).toBe(annId);
    await ann.press('toggle-mic');
    await bob.finds(`${bob.tile(annId)}[data-muted="true"]`);
    await ann.press('toggle-mic');
    await bob.finds(`${bob.tile(annId)}[data-muted="false"]`);
  });

  test('M4 who is muted is not heard, and is shown as muted', async () => {
    const annId = await ann.peerId();
    await ann.press('toggle-mic');
    for (const other of [bob, cat]) {
      await other.finds(`${other.tile(annId)}[data-muted="true"]`);
      await other.hearsNothingOf(annId);
    }
    await ann.press('toggle-mic');
    for (const other of [bob, cat]) {
      await other.finds(`${other.tile(annId)}[data-muted="false"]`);
      await other.hears(annId);
    }
  });

  test('a camera goes off and on again', async () => {
    const bobId = await bob.peerId();
    await bob.press('toggle-camera');
    for (const other of [ann, cat]) await other.seesNoVideoIn(other.tile(bobId));
    await bob.press('toggle-camera');
    for (const other of [ann, cat]) await other.seesFramesIn(other.tile(bobId));
  });

  test('a screen is shared, and ends by the page or by the browser', async () => {
    const catId = await cat.peerId();
    await cat.press('toggle-screen');
    for (const other of [ann, bob]) await other.seesFramesIn(other.screenTile(catId));
    await cat.press('toggle-screen');
    for (const other of [ann, bob]) await other.findsNo(other.screenTile(catId));
    await cat.press('toggle-screen');
    await ann.seesFramesIn(ann.screenTile(catId));
    await cat.dispatch('test:stop-sharing');
    for (const other of [ann, bob, cat]) await other.findsNo(other.screenTile(catId));
  });

  test('S1 who speaks is shown as speaking', async () => {
    for (const muted of [bob, cat]) await muted.press('toggle-mic');
    await bob.finds(`${bob.tile(await ann.peerId())}[data-speaking="true"]`);
    for (const muted of [bob, cat]) await muted.press('toggle-mic');
  });

  test('a fourth comes late, sees and hears all, and leaves', async () => {
    const dan = await Person.arrive(browser, 'Dan');
    try {
      await dan.join(link);
      const danId = await dan.peerId();
      for (const other of [ann, bob, cat]) {
        const otherId = await other.peerId();
        await dan.seesFramesIn(dan.tile(otherId));
        await dan.hears(otherId);
        await other.seesFramesIn(other.tile(danId));
      }
      await dan.press('leave');
      for (const other of [ann, bob, cat]) await other.findsNo(other.tile(danId));
    } finally {
      await dan.close();
    }
  });

  test('somebody without camera and microphone joins all the same', async () => {
    const eve = await Person.arrive(browser, 'Eve', 'none');
    try {
      await eve.join(link);
      const eveId = await eve.peerId();
      await ann.finds(`${ann.tile(eveId)}[data-muted="true"]`);
      await ann.seesNoVideoIn(ann.tile(eveId));
      await eve.seesFramesIn(eve.tile(await ann.peerId()));
      await eve.hears(await ann.peerId());
    } finally {
      await eve.close();
    }
    await until(
      'Eve is gone',
      () => ann.tileCount(),
      (count) => count === 2,
    );
  });

  test('M8 when the media workers die, everybody sees and hears everybody again', async () => {
    server.killWorkers();
    await seeAndHear([ann, bob, cat]);
  });

  test('V4 when the server starts again, everybody is there again as who they were', async () => {
    const people = [ann, bob, cat];
    const ids = await Promise.all(people.map((person) => person.peerId()));
    await server.restart();
    await seeAndHear(people);
    expect(await Promise.all(people.map((person) => person.peerId()))).toEqual(ids);
    await ann.press('toggle-mic');
    for (const other of [bob, cat])
      await other.finds(`${other.tile(await ann.peerId())}[data-muted="true"]`);
    await ann.press('toggle-mic');
  });

  test('J6 a reload leaves and joins', async () => {
    const before = await bob.peerId();
    await bob.page.reload();
    await ann.findsNo(ann.tile(before));
    await bob.enter();
    expect(await bob.peerId()).not.toBe(before);
    await seeAndHear([ann, bob, cat]);
  });

  test('no page had anything to complain of', () => {
    for (const { name, complaints } of [ann, bob, cat])
      expect({ name, complaints }).toEqual({ name, complaints: [] });
  });

  test('the last one is alone', async () => {
    await bob.press('leave');
    await cat.close();
    await until(
      'Ann is alone',
      () => ann.tileCount(),
      (count) => count === 0,
    );
  });
});

test('M6 a picture is received as large as its tile', async () => {
  const ann = await Person.arrive(browser, 'Ann', 'large');
  const bob = await Person.arrive(browser, 'Bob', 'none');
  const cat = await Person.arrive(browser, 'Cat', 'none');
  try {
    const link = await ann.makeMeeting(server.url);
    await ann.join(link);
    await Promise.all([bob.join(link), cat.join(link)]);
    const tile = bob.tile(await ann.peerId());
    // A sender without time to spare sends less than the 960 and 240 of its largest and smallest.
    await bob.seesWidthIn(tile, (width) => width > 300);
    await bob.page.setViewport({ width: 320, height: 480 });
    await bob.seesWidthIn(tile, (width) => width <= 240);
    await cat.seesWidthIn(tile, (width) => width > 300);
    for (const other of [bob, cat]) await other.finds(`${tile}[data-encryption="ok"]`);
    await bob.page.setViewport({ width: 1000, height: 700 });
    await bob.seesWidthIn(tile, (width) => width > 300);
  } finally {
    await ann.close();
    await bob.close();
    await cat.close();
  }
});
