// Two people in a room of a cluster's media node, as `npm run cluster` starts it: an administrator empties
// that node in mid-call, and then the one that the call went to is killed.
import type { Browser } from 'puppeteer';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { Cluster } from '../../cluster/src/cluster.ts';
import { startCluster } from '../../cluster/src/cluster.ts';
import { MEDIA_NODES, type MediaName } from '../../cluster/src/specs.ts';
import { findTool } from '../../cluster/src/tools.ts';
import { areIn } from './call-path.ts';
import { everyPair } from './every-pair.ts';
import { launchBrowser } from './harness.ts';
import { rememberSwitches } from './in-page-tiles.ts';
import { Person } from './person.ts';
import { sharedCode } from './talk.ts';
import { until } from './until.ts';
import { allMove, expectNoneLost, tilesOf, watchTiles } from './watched-tiles.ts';
import { workerBin } from './worker-bin.ts';

const ADMIN_TOKEN = 'of-those-who-administer-in-tests-alone';
/** An administrator may ask 120 times a minute. */
const ASK_EVERY_MS = 600;
/** A fresh process, pages that build their media anew, and others on the machine. */
const SLOWEST_MS = 180_000;

const redisServer = findTool('SOTTO_REDIS_SERVER');
const haproxy = findTool('SOTTO_HAPROXY');
const isMissing = redisServer === undefined || haproxy === undefined;

const Nodes = z.object({
  media: z.array(
    z.object({
      nodeId: z.string(),
      connected: z.boolean(),
      listed: z.boolean(),
      draining: z.boolean(),
      workers: z.array(z.object({ rooms: z.int() })),
    }),
  ),
});
type MediaView = z.infer<typeof Nodes>['media'][number];

const isLifeOf = (name: MediaName, { nodeId }: MediaView): boolean => nodeId.startsWith(`${name}.`);
const otherThan = (name: MediaName): MediaName => (name === 'media-1' ? 'media-2' : 'media-1');

describe.skipIf(isMissing)('a call on a cluster’s media nodes', { timeout: SLOWEST_MS }, () => {
  /** How each process ended that nobody here had told to. */
  const ended: string[] = [];
  const restarts: Promise<void>[] = [];
  let cluster: Cluster;
  let browser: Browser;
  let ann: Person;
  let bob: Person;
  let code: string;

  const both = (): readonly Person[] => [ann, bob];

  const ask = async (path: string, method = 'GET'): Promise<Response> =>
    fetch(`${cluster.nodeUrls['signaling-1']}/api/admin/${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
  const mediaNodes = async (): Promise<readonly MediaView[]> => {
    await pause(ASK_EVERY_MS);
    const answer = await ask('nodes');
    expect(answer.status).toBe(200);
    return Nodes.parse(await answer.json()).media;
  };

  /** The life of a media node that has the room, and which node's it is. */
  const home = async (): Promise<{ readonly name: MediaName; readonly nodeId: string }> => {
    const [node] = await until(
      'one node has the room',
      async () =>
        (await mediaNodes()).filter(
          ({ connected, workers }) => connected && workers.some(({ rooms }) => rooms > 0),
        ),
      (used) => used.length === 1,
    );
    const name = MEDIA_NODES.find((one) => node !== undefined && isLifeOf(one, node));
    if (node === undefined || name === undefined) throw new Error('the room has no home');
    return { name, nodeId: node.nodeId };
  };

  const meet = async (): Promise<void> => {
    await allMove(await tilesOf(both()));
    await everyPair(both(), (person, otherId) => person.hears(otherId));
  };

  const told = (): Promise<readonly (readonly string[])[]> =>
    Promise.all(both().map((person) => person.eventsHeard()));

  /** Since then the room was placed and left once; nobody left, and the code and the logs are whole. */
  const movedOnce = async (before: readonly (readonly string[])[]): Promise<void> => {
    for (const [index, heard] of (await told()).entries()) {
      const since = heard.slice(before[index]?.length);
      const times = (event: string): number => since.filter((name) => name === event).length;
      expect([times('room-placed'), times('media-lost'), times('peer-left')]).toEqual([1, 1, 0]);
    }
    for (const person of both()) {
      expect(await person.gapsInTheLog()).toEqual([]);
      expect(await person.tileCount()).toBe(1);
    }
    expect(await sharedCode(both(), [])).toBe(code);
  };

  /** The process was started again, and that life of it takes rooms; the former one is gone. */
  const isBack = async (name: MediaName, former: string): Promise<void> => {
    await until('it has ended', async () => restarts.length, Boolean);
    await Promise.all(restarts.splice(0));
    await until('it is listed again', mediaNodes, (nodes) => {
      const [life, ...others] = nodes.filter((node) => isLifeOf(name, node));
      const isFresh = life?.listed === true && life.nodeId !== former && !life.draining;
      return isFresh && others.length === 0;
    });
  };

  beforeAll(async () => {
    const bin = workerBin();
    cluster = await startCluster(
      {
        redisServer: redisServer ?? '',
        haproxy: haproxy ?? '',
        port: 0,
        host: '127.0.0.1',
        env: {
          ...process.env,
          RTC_PORT_BASE: '0',
          MEDIA_WORKERS: '1',
          CALL_MODE: 'sfu-only',
          ADMIN_TOKEN,
          ...(bin === undefined ? {} : { MEDIASOUP_WORKER_BIN: bin }),
        },
      },
      {
        onLine: () => undefined,
        onUnexpectedEnd: (name, how) => {
          ended.push(`${name} ${how}`);
          // As `npm run cluster` does.
          const again = MEDIA_NODES.find((node) => node === name);
          if (again !== undefined) restarts.push(cluster.restart(again));
        },
      },
    );
    browser = await launchBrowser();
    ann = await Person.arrive(browser, 'Ann');
    bob = await Person.arrive(browser, 'Bob');
    for (const { page } of both()) await page.evaluateOnNewDocument(rememberSwitches);
    const link = await ann.makeMeeting(cluster.url);
    for (const person of both()) await person.join(link);
    await areIn('sfu', both());
    await meet();
    code = await sharedCode(both(), []);
  }, SLOWEST_MS);

  afterAll(async () => {
    await browser?.close();
    await cluster?.close();
  });

  test('A4 M17 M18 an administrator empties the node of a call: it moves, and the process is replaced', async () => {
    const { name, nodeId } = await home();
    const before = await told();
    const watch = await watchTiles(await tilesOf(both()));
    expect((await ask(`media-nodes/${nodeId}/drain`, 'POST')).status).toBe(202);
    await isBack(name, nodeId);
    expect(ended).toEqual([`${name} 0`]);
    expect((await home()).name).toBe(otherThan(name));
    await meet();
    await expectNoneLost(watch);
    expect(await watch.notices()).toEqual({ Ann: [], Bob: [] });
    await movedOnce(before);
  });

  test('M16 kill -9 of the node of a call: it comes back on the other one', async () => {
    const { name } = await home();
    const before = await told();
    // Started again at once, it might have the call itself: here it stays away, as a machine that is lost.
    await cluster.kill(name, 'SIGKILL');
    expect((await home()).name).toBe(otherThan(name));
    await meet();
    await movedOnce(before);
    for (const { name: who, complaints } of both()) {
      expect({ who, complaints }).toEqual({ who, complaints: [] });
    }
  });
});
