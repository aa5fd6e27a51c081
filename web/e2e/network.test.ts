// The network of a call through the media node changes, dies for a while, or is there without
// signaling: transports, producers and senders stay, and the frames go on.
import type { Browser } from 'puppeteer';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cable, layCable } from './cable.ts';
import { launchBrowser } from './harness.ts';
import { rememberConnections } from './in-page-media.ts';
import { comeOnline, type ConnectionLook, connectionsNow } from './in-page-network.ts';
import { type InProcessServer, startInProcess } from './in-process-server.ts';
import { Person } from './person.ts';
import { until } from './until.ts';

const CUT_MS = 40_000;
/** Nobody listens there: what counts is what the page does with its credentials. */
const TURN = {
  urls: ['turn:127.0.0.1:9?transport=udp'],
  secret: 'a secret of the tests, long enough',
  ttlSeconds: 10,
};

let server: InProcessServer;
/** Bob's way to signaling; Ann's own is never cut. */
let cable: Cable;
let browser: Browser;
/** Sends; Bob only receives. */
let ann: Person;
let bob: Person;
let annId: string;

beforeEach(async () => {
  // A worker that is halted stands for a network that is dead: nobody is to take it for hanging.
  const sampleIntervalMs = 60_000;
  server = await startInProcess({ callMode: 'sfu-only', turn: TURN, sampleIntervalMs });
  cable = await layCable(server.url);
  browser = await launchBrowser();
  ann = await Person.arrive(browser, 'Ann');
  bob = await Person.arrive(browser, 'Bob', 'none');
  for (const { page } of [ann, bob]) await page.evaluateOnNewDocument(rememberConnections);
  const link = await ann.makeMeeting(server.url);
  await ann.join(link);
  await bob.join(link.replace(server.url, cable.url));
  annId = await ann.peerId();
  await bob.seesFramesIn(bob.tile(annId));
});

afterEach(async () => {
  await browser?.close();
  await cable?.close();
  await server?.close();
});

const methodOf = (line: string): string =>
  line.startsWith('{') ? String(JSON.parse(line).method) : (line.split(' ')[0] ?? '');

/** Methods that the page asked for over its sockets, and paths that it fetched. */
const said = async (person: Person): Promise<readonly string[]> =>
  (await person.wordsSaid()).split('\n').map(methodOf);

const timesSaid = async (person: Person, method: string): Promise<number> =>
  (await said(person)).filter((name) => name === method).length;

/** Another of any of these would show that something was made anew. */
const made = async (person: Person) => ({
  said: (await said(person)).filter((name) => /^(join|open-transport|produce|consume)$/.test(name)),
  // A socket may be replaced: it is asked for a sign of life whenever the network changes.
  heard: (await person.eventsHeard()).filter((name) => !/^peer-(disconnected|resumed)$/.test(name)),
});

const look = (person: Person): Promise<ConnectionLook[]> => person.page.evaluate(connectionsNow);

const untouched = (looks: readonly ConnectionLook[]) =>
  looks.map(({ senders, transceivers }) => ({ senders, transceivers }));

/** Both ends of each connection have other ICE credentials than before. */
const hasRestarted = async (person: Person, before: readonly ConnectionLook[]): Promise<void> => {
  await until(
    `${person.name} has restarted ICE`,
    () => look(person),
    (now) =>
      now.every(({ fragments }, index) =>
        fragments.every((fragment, end) => fragment !== before[index]?.fragments[end]),
      ),
  );
};

test('M10 the network changes: other ICE credentials, and everything else as it was', async () => {
  const before = [await look(ann), await look(bob)] as const;
  const madeBefore = [await made(ann), await made(bob)];
  expect(before.map((looks) => looks.length)).toEqual([1, 1]);
  for (const person of [ann, bob]) await person.page.evaluate(comeOnline);
  await hasRestarted(ann, before[0]);
  await hasRestarted(bob, before[1]);
  await bob.seesFramesIn(bob.tile(annId));
  expect([await made(ann), await made(bob)]).toEqual(madeBefore);
  expect(untouched(await look(ann))).toEqual(untouched(before[0]));
  expect(untouched(await look(bob))).toEqual(untouched(before[1]));
});

test('M10 the media node falls silent for seconds: restarted, nothing is made anew', async () => {
  const runs = server.logLines.find((line) => line.includes('media worker runs')) ?? '{}';
  const pid = Number(JSON.parse(runs).pid);
  const before = [await look(ann), await look(bob)] as const;
  const madeBefore = [await made(ann), await made(bob)];
  process.kill(pid, 'SIGSTOP');
  try {
    await until(
      'both ask for a restart',
      () => Promise.all([ann, bob].map((person) => timesSaid(person, 'restart-ice'))),
      (times) => times.every((count) => count > 0),
    );
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await hasRestarted(ann, before[0]);
  await hasRestarted(bob, before[1]);
  await bob.seesFramesIn(bob.tile(annId));
  expect([await made(ann), await made(bob)]).toEqual(madeBefore);
  expect(untouched(await look(ann))).toEqual(untouched(before[0]));
});

test('TURN credentials are renewed twice; what ran goes on, and a screen can be added', async () => {
  const [first] = await look(ann);
  const open = await timesSaid(ann, 'open-transport');
  for (const times of [1, 2]) {
    await until(
      `Ann has asked for credentials ${times} times`,
      () => timesSaid(ann, '/api/turn-credentials'),
      (count) => count >= times,
    );
  }
  await until(
    'the connection has other credentials',
    () => look(ann),
    ([now]) => now?.username !== undefined && now.username !== first?.username,
  );
  await bob.seesFramesIn(bob.tile(annId));
  await ann.press('toggle-screen');
  await bob.seesFramesIn(bob.screenTile(annId));
  await bob.seesFramesIn(bob.tile(annId));
  const [last] = await look(ann);
  expect(last?.senders).toEqual(expect.arrayContaining([...(first?.senders ?? [])]));
  expect(await timesSaid(ann, 'open-transport')).toBe(open);
});

test('J5 40 s without signaling: frames go on, and the same person is back', async () => {
  const bobId = await bob.peerId();
  const before = await look(bob);
  await cable.pull();
  const cutAt = Date.now();
  await bob.finds('[data-testid="connection"][data-state="reconnecting"]');
  while (Date.now() - cutAt < CUT_MS) await bob.seesFramesIn(bob.tile(annId), 5);
  await cable.plugIn();
  await bob.finds('[data-testid="connection"][data-state="connected"]');
  await ann.heardTimes('peer-resumed', 1);
  expect(await bob.peerId()).toBe(bobId);
  expect(await ann.eventsHeard()).not.toContain('peer-left');
  await bob.seesFramesIn(bob.tile(annId));
  expect(await timesSaid(bob, 'open-transport')).toBe(2);
  expect(untouched(await look(bob))).toEqual(untouched(before));
});
