// How long people wait: from the click on Join to the first decoded frame, and until the call is
// whole again after a lost socket, dead media workers and a server that was killed. And the weight
// of the page. Real Chromium, real server, one machine.
import type { Browser } from 'puppeteer';
import { report, type Row } from '../../bench/report.ts';
import { launchBrowser, startServer, type TestServer } from '../e2e/harness.ts';
import { Person } from '../e2e/person.ts';
import { weightRows } from './lib/weights.ts';

const RUNS = 5;

const since = (startMs: number): number => performance.now() - startMs;

/** Milliseconds until `Person` sees one more frame of the other. */
const untilNextFrame = async (person: Person, tile: string): Promise<number> => {
  const startMs = performance.now();
  await person.seesFramesIn(tile, 1);
  return since(startMs);
};

interface Pair {
  readonly ann: Person;
  readonly bob: Person;
  /** Milliseconds from Bob's click on Join to the first frame of Ann that he decoded. */
  readonly joinMs: number;
}

const meet = async (server: TestServer, browser: Browser): Promise<Pair> => {
  const ann = await Person.arrive(browser, 'Ann');
  const link = await ann.makeMeeting(server.url);
  await ann.join(link);
  const annId = await ann.peerId();
  const bob = await Person.arrive(browser, 'Bob');
  await bob.page.goto(link);
  await bob.fillIn();
  const startMs = performance.now();
  await bob.press('join');
  await bob.seesFramesIn(bob.tile(annId), 1);
  return { ann, bob, joinMs: since(startMs) };
};

const isConnected = '[data-testid="connection"][data-state="connected"]';
const isReconnecting = '[data-testid="connection"][data-state="reconnecting"]';

/** Milliseconds for each of what may happen to a call of two. */
const measure = async (server: TestServer, browser: Browser) => {
  const { ann, bob, joinMs } = await meet(server, browser);
  try {
    const tile = bob.tile(await ann.peerId());

    let startMs = performance.now();
    await bob.dispatch('test:drop-sockets');
    await bob.hasConnected(2);
    await bob.finds(isConnected);
    const resumeMs = since(startMs);

    const lostBefore = (await bob.eventsHeard()).filter((name) => name === 'media-lost').length;
    startMs = performance.now();
    server.killWorkers();
    await bob.heardTimes('media-lost', lostBefore + 1);
    await untilNextFrame(bob, tile);
    const workerMs = since(startMs);

    await server.crash();
    await bob.finds(isReconnecting);
    await server.restart();
    startMs = performance.now();
    await bob.finds(isConnected);
    await bob.seesFramesIn(tile, 1);
    return { joinMs, resumeMs, workerMs, restartMs: since(startMs) };
  } finally {
    await ann.close();
    await bob.close();
  }
};

const server = await startServer();
const browser = await launchBrowser();
const runs: Awaited<ReturnType<typeof measure>>[] = [];
try {
  for (let run = 0; run < RUNS; run += 1) runs.push(await measure(server, browser));
} finally {
  await browser.close();
  await server.close();
}
const row = (what: string, key: keyof (typeof runs)[number], aim?: string): Row => ({
  what,
  unit: 'ms',
  values: runs.map((run) => run[key]),
  ...(aim === undefined ? {} : { aim }),
});
report('join', [
  row('join: click to first decoded frame', 'joinMs'),
  row('resume: lost socket to connected again', 'resumeMs'),
  row('dead workers: kill to next decoded frame', 'workerMs', 'at most 2000'),
  row('restart: server serves again to next decoded frame', 'restartMs'),
  ...weightRows(),
]);
