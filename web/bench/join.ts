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

type CallMode = 'auto' | 'sfu-only';

/** Milliseconds for each of what may happen to a call of two. */
const measure = async (server: TestServer, browser: Browser, callMode: CallMode) => {
  const { ann, bob, joinMs } = await meet(server, browser);
  try {
    const tile = bob.tile(await ann.peerId());

    let startMs = performance.now();
    await bob.dispatch('test:drop-sockets');
    await bob.hasConnected(2);
    await bob.finds(isConnected);
    const resumeMs = since(startMs);

    let workerMs: number | null = null;
    if (callMode === 'sfu-only') {
      const lostBefore = (await bob.eventsHeard()).filter((name) => name === 'media-lost').length;
      startMs = performance.now();
      server.killWorkers();
      await bob.heardTimes('media-lost', lostBefore + 1);
      await untilNextFrame(bob, tile);
      workerMs = since(startMs);
    }

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

type Times = Awaited<ReturnType<typeof measure>>;

const measureOften = async (callMode: CallMode): Promise<readonly Times[]> => {
  const server = await startServer({ CALL_MODE: callMode });
  const browser = await launchBrowser();
  const runs: Times[] = [];
  try {
    for (let run = 0; run < RUNS; run += 1) runs.push(await measure(server, browser, callMode));
  } finally {
    await browser.close();
    await server.close();
  }
  return runs;
};

const rowsOf = (way: string, runs: readonly Times[]): readonly Row[] => {
  const row = (what: string, key: keyof Times, aim?: string): readonly Row[] => {
    const values = runs.map((run) => run[key]).filter((value) => value !== null);
    return values.length === 0
      ? []
      : [{ what: `${way}: ${what}`, unit: 'ms', values, ...(aim === undefined ? {} : { aim }) }];
  };
  return [
    ...row('click on Join to first decoded frame', 'joinMs'),
    ...row('lost socket to connected again', 'resumeMs'),
    ...row('media workers killed to next decoded frame', 'workerMs', 'at most 2000'),
    ...row('killed server serves again to connected, with frames', 'restartMs'),
  ];
};

const direct = await measureOften('auto');
const routed = await measureOften('sfu-only');
report('join', [
  ...rowsOf('peer to peer', direct),
  ...rowsOf('media node', routed),
  ...weightRows(),
]);
