// A meeting on a cluster as `npm run cluster` starts it: its people's sockets on different nodes, behind
// HAProxy. A node is killed, started again, and Redis is lost: the call goes on, or is whole again.
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster, NodeName, ProcessName } from '../../cluster/src/cluster.ts';
import { startCluster } from '../../cluster/src/cluster.ts';
import { findTool } from '../../cluster/src/tools.ts';
import { areIn } from './call-path.ts';
import { rememberResets, resetsHeard } from './cluster-in-page.ts';
import { everyPair } from './every-pair.ts';
import { launchBrowser } from './harness.ts';
import { Person } from './person.ts';
import { reads, say, sharedCode } from './talk.ts';
import { until } from './until.ts';
import { workerBin } from './worker-bin.ts';

/** Of a picture at 15 a second: twelve seconds in which a node dies and its lease ends. */
const FRAMES_THROUGH = 180;
/** Fifteen seconds of a node that is stopped. */
const FRAMES_ASLEEP = 225;
/** Thirty of a Redis that is. */
const FRAMES_WITHOUT_REDIS = 450;

const redisServer = findTool('SOTTO_REDIS_SERVER');
const haproxy = findTool('SOTTO_HAPROXY');

const CAME = /"peer":"(?<peer>[\w-]+)".*"msg":"peer (?:joined|resumed)"/;

/** Who lets a peer in says so; the last one has its socket. */
const socketsOf = () => {
  const nodes = new Map<string, string>();
  return {
    onLine: (name: string, line: string): void => {
      const peer = CAME.exec(line)?.groups?.['peer'];
      if (peer !== undefined) nodes.set(peer, name);
    },
    nodeOf: async (person: Person): Promise<string | undefined> => nodes.get(await person.peerId()),
  };
};

const isMissing = redisServer === undefined || haproxy === undefined;

const areConnected = (people: readonly Person[]): Promise<unknown> =>
  Promise.all(
    people.map((person) => person.finds('[data-testid="connection"][data-state="connected"]')),
  );

const meet = (people: readonly Person[]): Promise<void> =>
  everyPair(people, async (person, otherId) => {
    await person.finds(`${person.tile(otherId)}[data-encryption="ok"]`);
    await person.seesFramesIn(person.tile(otherId));
    await person.hears(otherId);
  });

/** Everybody says something at once, and everybody else reads it under that name. */
const chat = async (people: readonly Person[], about: string): Promise<void> => {
  await Promise.all(people.map((person) => say(person, about)));
  for (const { name } of people) {
    const others = people.filter((person) => person.name !== name);
    await Promise.all(others.map((reader) => reads(reader, name, about)));
  }
};

const resetsOf = (people: readonly Person[]): Promise<readonly number[]> =>
  Promise.all(people.map(({ page }) => page.evaluate(resetsHeard)));

const idsOf = (people: readonly Person[]): Promise<readonly string[]> =>
  Promise.all(people.map((person) => person.peerId()));

/** How much each was told so far. */
const marks = (people: readonly Person[]): Promise<readonly number[]> =>
  Promise.all(people.map(async (person) => (await person.eventsHeard()).length));

/**
 * No gap in all that they were told, no reset, and since those marks neither that a person left nor that
 * media was lost. (Two who connect slowly have the media node made ready, and lose it when they have.)
 */
const nothingHappened = async (
  people: readonly Person[],
  since: readonly number[],
): Promise<void> => {
  for (const [index, person] of people.entries()) {
    const heard = (await person.eventsHeard()).slice(since[index]);
    expect(heard.filter((name) => name === 'peer-left' || name === 'media-lost')).toEqual([]);
    expect(await person.gapsInTheLog()).toEqual([]);
  }
  expect(await resetsOf(people)).toEqual(people.map(() => 0));
};

describe.skipIf(isMissing)('a meeting on a cluster', () => {
  const sockets = socketsOf();
  const ended: string[] = [];
  let cluster: Cluster;
  let browser: Browser;
  let ann: Person;
  let bob: Person;
  let cat: Person;
  let link: string;
  let code = '';

  const all = (): readonly Person[] => [ann, bob, cat];

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
          LOG_LEVEL: 'info',
          ...(bin === undefined ? {} : { MEDIASOUP_WORKER_BIN: bin }),
        },
      },
      {
        onLine: sockets.onLine,
        onUnexpectedEnd: (name, how) => void ended.push(`${name}: ${how}`),
      },
    );
    browser = await launchBrowser();
    ann = await Person.arrive(browser, 'Ann');
    bob = await Person.arrive(browser, 'Bob');
    cat = await Person.arrive(browser, 'Cat');
    for (const { page } of all()) await page.evaluateOnNewDocument(rememberResets);
    link = await ann.makeMeeting(cluster.url);
  });

  afterAll(async () => {
    await browser?.close();
    await cluster?.close();
    expect(ended).toEqual([]);
  });

  /** HAProxy sends each new socket to another node: who is at the wrong one connects again. */
  const moveTo = async (person: Person, node: NodeName): Promise<void> => {
    await until(
      `${person.name} is at ${node}`,
      async () => {
        const at = await sockets.nodeOf(person);
        if (at !== undefined && at !== node) {
          await person.dispatch('test:drop-sockets');
          await until(
            `${person.name} has connected again`,
            async () => (await person.page.$('[data-state="reconnecting"]')) === null,
            (isBack) => isBack,
          );
        }
        return sockets.nodeOf(person);
      },
      (at) => at === node,
    );
    await areConnected([person]);
  };

  test('C1 two at different nodes meet: directly, encrypted, and they chat', async () => {
    await ann.join(link);
    await bob.join(link);
    await moveTo(ann, 'signaling-1');
    await moveTo(bob, 'signaling-2');
    await areIn('p2p', [ann, bob]);
    await meet([ann, bob]);
    await chat([ann, bob], 'Two');
    code = await sharedCode([ann, bob], []);
    for (const person of [ann, bob]) expect(await person.eventsHeard()).not.toContain('peer-left');
    await nothingHappened([ann, bob], await marks([ann, bob]));
  });

  test('C2 the third brings all to the media node, wherever their sockets are', async () => {
    await cat.join(link);
    await areIn('sfu', all());
    await meet(all());
    await chat(all(), 'Three');
    code = await sharedCode(all(), [code]);
  });

  test('J5 N1 kill -9 of a node: pictures go on, its people are back by themselves, the code is the same', async () => {
    await moveTo(bob, 'signaling-2');
    await moveTo(cat, 'signaling-2');
    const before = await marks(all());
    const ids = await idsOf(all());
    const [, bobId = '', catId = ''] = ids;
    const frames = [
      ann.seesFramesIn(ann.tile(bobId), FRAMES_THROUGH),
      bob.seesFramesIn(bob.tile(catId), FRAMES_THROUGH),
      cat.seesFramesIn(cat.tile(bobId), FRAMES_THROUGH),
    ];
    await cluster.kill('signaling-2', 'SIGKILL');
    await until(
      'all are at the other node',
      () => Promise.all(all().map((person) => sockets.nodeOf(person))),
      (nodes) => nodes.every((node) => node === 'signaling-1'),
    );
    await areConnected(all());
    await chat(all(), 'One node');
    await Promise.all(frames);
    await meet(all());
    expect(await idsOf(all())).toEqual(ids);
    expect(await sharedCode(all(), [])).toBe(code);
    await nothingHappened(all(), before);
  });

  test('J5 the node is started again, and takes people', async () => {
    const before = await marks(all());
    await cluster.restart('signaling-2');
    await moveTo(cat, 'signaling-2');
    await ann.press('toggle-mic');
    await cat.finds(`${cat.tile(await ann.peerId())}[data-muted="true"]`);
    await ann.press('toggle-mic');
    await chat(all(), 'Two nodes');
    await meet(all());
    expect(await sharedCode(all(), [])).toBe(code);
    await nothingHappened(all(), before);
  });

  /** Each sees the next one's picture move for so many frames. */
  const keepSeeing = async (frames: number): Promise<void> => {
    const ids = await idsOf(all());
    const next = (index: number): string => ids[(index + 1) % ids.length] ?? '';
    await Promise.all(
      all().map((person, index) => person.seesFramesIn(person.tile(next(index)), frames)),
    );
  };

  const signal = (name: ProcessName, sent: NodeJS.Signals): void => {
    process.kill(cluster.pid(name) ?? 0, sent);
  };

  test('J5 N1 N3 a node is stopped for fifteen seconds: pictures go on, and its people find back', async () => {
    await moveTo(bob, 'signaling-1');
    await moveTo(cat, 'signaling-2');
    const before = await marks(all());
    const ids = await idsOf(all());
    signal('signaling-2', 'SIGSTOP');
    await keepSeeing(FRAMES_ASLEEP);
    await until(
      'its people are taken for away',
      async () => (await ann.eventsHeard()).slice(before[0]),
      (heard) => heard.includes('peer-disconnected'),
    );
    signal('signaling-2', 'SIGCONT');
    await until(
      'they are back',
      async () => (await ann.eventsHeard()).slice(before[0]),
      (heard) => heard.lastIndexOf('peer-resumed') > heard.lastIndexOf('peer-disconnected'),
    );
    await areConnected(all());
    await meet(all());
    await chat(all(), 'After a nap');
    expect(await idsOf(all())).toEqual(ids);
    expect(await sharedCode(all(), [])).toBe(code);
    await nothingHappened(all(), before);
  });

  test('J5 N2 all nodes are replaced, one after the other: nobody leaves', async () => {
    const before = await marks(all());
    const ids = await idsOf(all());
    for (const node of ['signaling-1', 'signaling-2'] as const) {
      await Promise.all([keepSeeing(FRAMES_THROUGH), cluster.restart(node)]);
      await areConnected(all());
    }
    await meet(all());
    await chat(all(), 'New nodes');
    expect(await idsOf(all())).toEqual(ids);
    expect(await sharedCode(all(), [])).toBe(code);
    await nothingHappened(all(), before);
  });

  test('S3 S4 Redis is silent for half a minute: the call goes on, and what was done is told afterwards', async () => {
    const before = await marks(all());
    const [annId = ''] = await idsOf(all());
    signal('redis', 'SIGSTOP');
    const seeing = keepSeeing(FRAMES_WITHOUT_REDIS);
    await ann.press('toggle-mic');
    await bob.hearsNothingOf(annId);
    await seeing;
    signal('redis', 'SIGCONT');
    await bob.finds(`${bob.tile(annId)}[data-muted="true"]`);
    await cat.finds(`${cat.tile(annId)}[data-muted="true"]`);
    await ann.press('toggle-mic');
    await areConnected(all());
    await meet(all());
    await chat(all(), 'Redis is back');
    expect(await sharedCode(all(), [])).toBe(code);
    await nothingHappened(all(), before);
  });

  test('S7 V4 Redis is killed and started empty: the same people are whole again', async () => {
    const ids = await idsOf(all());
    await cluster.kill('redis', 'SIGKILL');
    await cluster.restart('redis');
    await until(
      'all are told of the reset',
      () => resetsOf(all()),
      (resets) => resets.every((count) => count > 0),
    );
    await areConnected(all());
    // Of the same group or of another one: all have the same.
    await sharedCode(all(), []);
    await meet(all());
    await chat(all(), 'A new record');
    expect(await idsOf(all())).toEqual(ids);
    expect(await resetsOf(all())).toEqual([1, 1, 1]);
    for (const person of all()) expect(await person.eventsHeard()).not.toContain('peer-left');
    for (const { name, complaints } of all()) {
      expect({ name, complaints }).toEqual({ name, complaints: [] });
    }
  });
});
