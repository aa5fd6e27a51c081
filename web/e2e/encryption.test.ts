// The encryption as people meet it, in real browsers over the real server: keys for who is there and
// nobody else, codes to compare, words that the server cannot read, and repair of what breaks.
import type { Browser } from 'puppeteer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { everyPair } from './every-pair.ts';
import { launchBrowser, startServer, type TestServer } from './harness.ts';
import { leakFrames, openSenders } from './in-page-encryption.ts';
import { Person } from './person.ts';
import { chatOf, reads, say, sharedCode } from './talk.ts';
import { until } from './until.ts';

const byTestId = (testId: string): string => `[data-testid="${testId}"]`;

const HAND = byTestId('hand-mark');

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

const isOk = async (person: Person, otherId: string): Promise<void> => {
  await person.finds(`${person.tile(otherId)}[data-encryption="ok"]`);
  await person.seesFramesIn(person.tile(otherId));
};

const allSeeEachOther = (people: readonly Person[]): Promise<void> => everyPair(people, isOk);

describe('a meeting of three', () => {
  let link: string;
  let ann: Person;
  let bob: Person;
  let cat: Person;

  // One meeting for all: each test leaves it as it was.
  beforeAll(async () => {
    ann = await Person.arrive(browser, 'Ann');
    bob = await Person.arrive(browser, 'Bob');
    cat = await Person.arrive(browser, 'Cat');
    link = await ann.makeMeeting(server.url);
    await ann.join(link);
    await Promise.all([bob.join(link), cat.join(link)]);
    await allSeeEachOther([ann, bob, cat]);
  });

  afterAll(async () => {
    for (const person of [ann, bob, cat]) await person?.close();
  });

  afterEach(() => {
    for (const { name, complaints } of [ann, bob, cat]) {
      expect({ name, complaints }).toEqual({ name, complaints: [] });
    }
  });

  test('G37 all are shown the same code, another one after each join and each leave', async () => {
    const before = await sharedCode([ann, bob, cat], []);
    const dan = await Person.arrive(browser, 'Dan');
    await dan.join(link);
    const joined = await sharedCode([ann, bob, cat, dan], [before]);
    await isOk(dan, await ann.peerId());
    await dan.press('leave');
    await dan.close();
    await sharedCode([ann, bob, cat], [before, joined]);
    await allSeeEachOther([ann, bob, cat]);
  });

  test('G38 what was compared stays so until somebody else comes, who is named', async () => {
    await ann.press('shield');
    await ann.finds(`${byTestId('mark-compared')}:not([disabled])`);
    await ann.press('mark-compared');
    await ann.finds(`${byTestId('shield')}[data-state="compared"]`);
    await ann.page.keyboard.press('Escape');
    const dan = await Person.arrive(browser, 'Dan');
    await dan.join(link);
    await ann.finds(`${byTestId('shield')}[data-state="joined-since"]`);
    await dan.press('leave');
    await dan.close();
    await ann.finds(`${byTestId('shield')}[data-state="compared"]`);
    await bob.finds(`${byTestId('shield')}[data-state="not-compared"]`);
  });

  test('G18 chat reaches all under the name that signed it; who comes later reads none of it', async () => {
    await say(ann, 'good morning');
    for (const other of [bob, cat]) await reads(other, 'Ann', 'good morning');
    await say(bob, '<b>grüß dich</b> 👋');
    for (const other of [ann, cat]) await reads(other, 'Bob', '<b>grüß dich</b> 👋');
    const dan = await Person.arrive(browser, 'Dan');
    await dan.join(link);
    await isOk(dan, await ann.peerId());
    await say(cat, 'hello Dan');
    await reads(dan, 'Cat', 'hello Dan');
    expect(await chatOf(dan)).toHaveLength(1);
    // Beside an open panel the hand moves into a menu.
    for (const person of [ann, bob, cat]) await person.press('toggle-chat');
    await dan.press('leave');
    await dan.close();
  });

  test('a hand goes up for all, and for who comes while it is up', async () => {
    const annId = await ann.peerId();
    await ann.press('toggle-hand');
    for (const other of [bob, cat]) await other.finds(`${other.tile(annId)} ${HAND}`);
    const dan = await Person.arrive(browser, 'Dan');
    await dan.join(link);
    await dan.finds(`${dan.tile(annId)} ${HAND}`);
    await ann.press('toggle-hand');
    await dan.findsNo(`${dan.tile(annId)} ${HAND}`);
    await dan.press('leave');
    await dan.close();
  });

  test('F25 a screen is shared and stopped five times, encrypted each time', async () => {
    const catId = await cat.peerId();
    for (let round = 0; round < 5; round += 1) {
      await cat.press('toggle-screen');
      for (const other of [ann, bob]) {
        await other.finds(`${other.screenTile(catId)}[data-encryption="ok"]`);
        await other.seesFramesIn(other.screenTile(catId));
      }
      await cat.press('toggle-screen');
      for (const other of [ann, bob]) await other.findsNo(other.screenTile(catId));
    }
  });

  test('G30 a page that is loaded anew comes back with new keys', async () => {
    const before = await sharedCode([ann, bob, cat], []);
    await bob.page.reload();
    await bob.enter();
    await allSeeEachOther([ann, bob, cat]);
    await sharedCode([ann, bob, cat], [before]);
  });

  test('F16 the frame worker is lost: nothing is sent until there are new keys, then all goes on', async () => {
    const before = await sharedCode([ann, bob, cat], []);
    await bob.page.evaluate(() => document.dispatchEvent(new Event('test:end-frames')));
    await sharedCode([ann, bob, cat], [before]);
    await allSeeEachOther([ann, bob, cat]);
  });

  test('G45 the key worker fails: its owner comes back as somebody new', async () => {
    const [before, bobId] = [await sharedCode([ann, bob, cat], []), await bob.peerId()];
    await bob.page.evaluate(() => document.dispatchEvent(new Event('test:fail-keys')));
    await until(
      'Bob is somebody else',
      () => bob.peerId(),
      (peerId) => peerId !== bobId,
    );
    await allSeeEachOther([ann, bob, cat]);
    await sharedCode([ann, bob, cat], [before]);
  });
});

test.each(['auto', 'sfu-only'])(
  'F27 CALL_MODE=%s: a browser that lets frames out unsealed is stopped, each time, and nobody is shown them',
  async (callMode) => {
    const server = await startServer({ CALL_MODE: callMode });
    const ann = await Person.arrive(browser, 'Ann');
    const bob = await Person.arrive(browser, 'Bob');
    try {
      await bob.page.evaluateOnNewDocument(leakFrames);
      const link = await ann.makeMeeting(server.url);
      await ann.join(link);
      await bob.join(link);
      const bobId = await bob.peerId();
      const isOff = (testId: string) => bob.finds(`${byTestId(testId)}[aria-pressed="false"]`);
      // Stopped twice, then not sent at all.
      for (let round = 0; round < 3; round += 1) {
        await isOff('toggle-camera');
        await isOff('toggle-mic');
        await bob.finds(`${byTestId('self-tile')}[data-encryption="failed"]`);
        await bob.press('toggle-camera');
        await bob.press('toggle-mic');
      }
      await isOff('toggle-camera');
      await isOff('toggle-mic');
      expect(await bob.page.evaluate(openSenders)).toBe(0);
      await ann.findsNo(`${ann.tile(bobId)} video`);
      await bob.seesFramesIn(bob.tile(await ann.peerId()));
    } finally {
      await ann.close();
      await bob.close();
      await server.close();
    }
  },
);

describe('a link', () => {
  let ann: Person;

  beforeEach(async () => {
    ann = await Person.arrive(browser, 'Ann');
  });

  afterEach(() => ann.close());

  test('G1 its key leaves the address bar, survives a reload, and is never said', async () => {
    const link = await ann.makeMeeting(server.url);
    const [address = '', secret = ''] = link.split('#');
    expect(secret).toMatch(/^[\w-]{43}$/);
    await ann.page.goto('about:blank');
    await ann.page.goto(link);
    await ann.enter();
    expect(ann.page.url()).toBe(address);
    await say(ann, 'a word to nobody');
    await until(
      'the word is sent',
      () => ann.wordsSaid(),
      (words) => words.includes('app-message'),
    );
    const beforeReload = await ann.wordsSaid();
    await ann.page.reload();
    await ann.enter();
    await until(
      'she has asked to be let in again',
      () => ann.wordsSaid(),
      (words) => words.includes('create-group') || words.includes('key-package'),
    );
    for (const words of [beforeReload, await ann.wordsSaid()]) {
      for (const secretWord of [secret, 'a word to nobody', 'Ann']) {
        expect(words).not.toContain(secretWord);
        expect(words).not.toContain(Buffer.from(secretWord).toString('base64url'));
      }
    }
    await ann.press('leave');
    await ann.page.goto(address);
    await ann.finds(byTestId('meeting-key'));
  });

  test('G1 whoever turns back at the door leaves no key in the tab', async () => {
    await ann.makeMeeting(server.url);
    const kept = () => ann.page.evaluate(() => Object.keys(sessionStorage).join());
    expect(await kept()).toMatch(/^sotto\.link\./);
    await ann.page.click('a[href="/"]');
    await until('nothing is kept', kept, (keys) => keys === '');
  });

  test('G1 without its key the page asks for it, and takes the key or the whole link', async () => {
    const link = await ann.makeMeeting(server.url);
    const [address = '', secret = ''] = link.split('#');
    for (const given of [secret, link]) {
      const bob = await Person.arrive(browser, 'Bob');
      await bob.page.goto(address);
      await bob.page.type(byTestId('meeting-key'), given);
      await bob.press('meeting-key-submit');
      await bob.enter();
      expect(bob.page.url()).toBe(address);
      await bob.close();
    }
  });

  test('R1 another key than the meeting’s opens nothing', async () => {
    const link = await ann.makeMeeting(server.url);
    const [address = ''] = link.split('#');
    const bob = await Person.arrive(browser, 'Bob');
    await bob.page.goto(`${address}#${'A'.repeat(43)}`);
    await bob.finds(byTestId('other-key'));
    await bob.close();
  });
});
