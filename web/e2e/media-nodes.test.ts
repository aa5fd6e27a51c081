// A call of three whose people are at different signaling nodes, and whose media node is replaced, killed,
// stopped, and cut off: it goes on, or comes back once on the other node, with the same people and keys.
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { areIn } from './call-path.ts';
import { everyPair } from './every-pair.ts';
import { launchBrowser } from './harness.ts';
import { rememberSwitches } from './in-page-tiles.ts';
import {
  hasRedis,
  type MediaName,
  type MediaNodesScene,
  otherThan,
  startMediaNodes,
} from './media-nodes-scene.ts';
import { Person } from './person.ts';
import { repeatedCounters, type SealedFrames, watchSealing } from './sealed-frames.ts';
import { sharedCode } from './talk.ts';
import { until } from './until.ts';
import { allMove, expectNoneLost, tilesOf, watchTiles } from './watched-tiles.ts';

/** Ten seconds of a picture at 15 a second: longer than a lease lasts, and than a node is waited for. */
const FRAMES_CUT = 150;
/** A fresh process, three pages that build their media anew, twice, and others on the machine. */
const SLOWEST_MS = 300_000;

const count = (heard: readonly string[], event: string): number =>
  heard.filter((name) => name === event).length;

describe.skipIf(!hasRedis)('a call on one of two media nodes', { timeout: SLOWEST_MS }, () => {
  let scene: MediaNodesScene;
  let browser: Browser;
  let ann: Person;
  let bob: Person;
  let cat: Person;
  let sealing: readonly SealedFrames[];
  let link: string;
  let code: string;
  let ids: readonly string[];

  const all = (): readonly Person[] => [ann, bob, cat];
  const idsOf = (): Promise<readonly string[]> =>
    Promise.all(all().map((person) => person.peerId()));

  const meet = async (): Promise<void> => {
    await allMove(await tilesOf(all()));
    await everyPair(all(), (person, otherId) => person.hears(otherId));
  };

  beforeAll(async () => {
    scene = await startMediaNodes();
    browser = await launchBrowser();
    ann = await Person.arrive(browser, 'Ann');
    bob = await Person.arrive(browser, 'Bob');
    cat = await Person.arrive(browser, 'Cat');
    for (const { page } of all()) await page.evaluateOnNewDocument(rememberSwitches);
    sealing = all().map(({ page }) => watchSealing(page));
    const [first, second] = scene.urls;
    link = await ann.makeMeeting(first);
    await ann.join(link);
    await bob.join(link.replace(first, second));
    await cat.join(link.replace(first, second));
    await areIn('sfu', all());
    await meet();
    code = await sharedCode(all(), []);
    ids = await idsOf();
  });

  afterAll(async () => {
    await browser?.close();
    await scene?.close();
  });

  /** What each was told, since that many events. */
  const told = async (since: readonly number[]): Promise<readonly (readonly string[])[]> =>
    Promise.all(
      all().map(async (person, index) => (await person.eventsHeard()).slice(since[index])),
    );
  const marks = async (): Promise<readonly number[]> =>
    (await told([])).map((heard) => heard.length);

  /** So many times each since then; nobody left, no key changed, and each log is whole. */
  const happened = async (
    since: readonly number[],
    { placed, lost }: { readonly placed: number; readonly lost: number },
  ): Promise<void> => {
    for (const heard of await told(since)) {
      expect({
        placed: count(heard, 'room-placed'),
        lost: count(heard, 'media-lost'),
        left: count(heard, 'peer-left'),
        commits: count(heard, 'commit'),
      }).toEqual({ placed, lost, left: 0, commits: 0 });
    }
    for (const person of all()) {
      expect(await person.gapsInTheLog()).toEqual([]);
      expect(await person.tileCount()).toBe(2);
    }
    expect(await idsOf()).toEqual(ids);
    expect(await sharedCode(all(), [])).toBe(code);
  };

  const isAt = (name: MediaName): Promise<unknown> =>
    until(
      `the call is at ${name}, and has left where it was`,
      () => scene.record(link),
      ({ home, leaving }) => leaving === null && home?.nodeId.startsWith(`${name}.`) === true,
    );

  test('M16 M17 M18 SIGTERM to its node: the call moves before anything ends, and the process ends in order', async () => {
    const from = await scene.homeOf(link);
    const since = await marks();
    const watch = await watchTiles(await tilesOf(all()));
    const code0 = await scene.process(from).end('SIGTERM');
    expect(code0).toBe(0);
    await isAt(otherThan(from));
    await meet();
    await expectNoneLost(watch);
    expect(await watch.notices()).toEqual({ Ann: [], Bob: [], Cat: [] });
    await happened(since, { placed: 1, lost: 1 });
    await scene.restart(from);
  });

  test('M8 M16 kill -9 of its node: the call comes back on the other one, once', async () => {
    const from = await scene.homeOf(link);
    const since = await marks();
    scene.process(from).signalAll('SIGKILL');
    await isAt(otherThan(from));
    await meet();
    await happened(since, { placed: 1, lost: 1 });
    await scene.restart(from);
  });

  test('M12 M16 its node is stopped: the call comes back on the other one, and the first has nothing of it when it is back', async () => {
    const from = await scene.homeOf(link);
    const since = await marks();
    scene.process(from).signalAll('SIGSTOP');
    await isAt(otherThan(from));
    await meet();
    await ann.seesFramesIn(ann.tile(ids[1] ?? ''), FRAMES_CUT);
    scene.process(from).signalAll('SIGCONT');
    await until(
      'it is found again, and holds no room',
      async () => ({ found: scene.foundBy(from), rooms: await scene.roomsAt(from) }),
      ({ found, rooms }) => found.every(Boolean) && rooms === 0,
    );
    await meet();
    expect(await scene.homeOf(link)).toBe(otherThan(from));
    await happened(since, { placed: 1, lost: 1 });
  });

  /** Each sees the next one for that long. */
  const keepSeeing = (): Promise<unknown> =>
    Promise.all(
      all().map((person, index) =>
        person.seesFramesIn(person.tile(ids[(index + 1) % ids.length] ?? ''), FRAMES_CUT),
      ),
    );

  test('M16 one signaling node loses its way to the media node: nobody notices', async () => {
    const { fromFirst } = scene.door(await scene.homeOf(link));
    const since = await marks();
    fromFirst.cut();
    await keepSeeing();
    fromFirst.heal();
    await until(
      'it is back',
      async () => scene.foundBy('media-1').concat(scene.foundBy('media-2')),
      (found) => found.every(Boolean),
    );
    await meet();
    await happened(since, { placed: 0, lost: 0 });
  });

  test('M16 the media node loses its way to Redis: nobody notices', async () => {
    const home = await scene.homeOf(link);
    const since = await marks();
    scene.door(home).toRedis.cut();
    await until(
      'it is listed no more',
      async () => scene.foundBy(home),
      (found) => !found.some(Boolean),
    );
    await keepSeeing();
    await happened(since, { placed: 0, lost: 0 });
    scene.door(home).toRedis.heal();
    await until(
      'it is listed again',
      async () => scene.foundBy(home),
      (found) => found.every(Boolean),
    );
    await meet();
    await happened(since, { placed: 0, lost: 0 });
  });

  test('F14 in all that no counter was used twice, and nothing was complained of', async () => {
    for (const sealed of await Promise.all(sealing.map((frames) => frames.all()))) {
      expect(sealed.length).toBeGreaterThan(1_000);
      expect(repeatedCounters(sealed)).toEqual([]);
    }
    for (const { name, complaints } of all()) {
      expect({ name, complaints }).toEqual({ name, complaints: [] });
    }
  });

  test('C8 C2 the third leaves and comes back: direct, and through a media node again', async () => {
    await cat.press('leave');
    await areIn('p2p', [ann, bob]);
    await until(
      'no home',
      () => scene.record(link),
      ({ home, leaving }) => home === null && leaving === null,
    );
    await ann.hears(ids[1] ?? '');
    await cat.close();
    cat = await Person.arrive(browser, 'Cat');
    const [first, second] = scene.urls;
    await cat.join(link.replace(first, second));
    await areIn('sfu', all());
    await meet();
    for (const person of all()) expect(await person.gapsInTheLog()).toEqual([]);
  });
});
