// A worker drains while somebody in Chromium and somebody in Firefox are in a call: neither loses the other.
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, launchFirefox } from './harness.ts';
import { timesWithout, watchFor, watchNotices, noticesSeen } from './in-page-tiles.ts';
import { type InProcessServer, startInProcess } from './in-process-server.ts';
import { Person } from './person.ts';
import { sharedCode } from './talk.ts';
import { until } from './until.ts';

let server: InProcessServer;
let chromium: Browser;
let firefox: Browser;
let ann: Person;
let fox: Person;

beforeAll(async () => {
  server = await startInProcess({ callMode: 'sfu-only', workers: 2 });
  [chromium, firefox] = await Promise.all([launchBrowser(), launchFirefox()]);
  ann = await Person.arrive(chromium, 'Ann');
  fox = await Person.arrive(firefox, 'Fox');
  const link = await ann.makeMeeting(server.url);
  await ann.join(link);
  await fox.join(link);
});

afterAll(async () => {
  await chromium?.close();
  await firefox?.close();
  await server?.close();
});

test('M17 a call of a Chromium and a Firefox moves, and comes back', async () => {
  const pairs = [
    [ann, await fox.peerId()],
    [fox, await ann.peerId()],
  ] as const;
  const meet = async (): Promise<void> => {
    for (const [person, otherId] of pairs) {
      await person.seesFramesIn(person.tile(otherId));
      await person.hears(otherId);
    }
  };
  await meet();
  const code = await sharedCode([ann, fox], []);
  for (const [person, otherId] of pairs) {
    await person.page.evaluate(watchFor, `${person.tile(otherId)} video`);
    await person.page.evaluate(watchNotices);
  }
  for (const moves of [1, 2]) {
    const worker = server.media.load().find(({ rooms }) => rooms > 0)?.worker ?? -1;
    await server.media.drain({ worker });
    for (const person of [ann, fox]) await person.heardTimes('media-lost', moves);
    await meet();
    await until(
      'the worker has been replaced',
      async () => server.media.load()[worker],
      (load) => load?.alive === true && !load.draining,
    );
    expect(server.media.load()[1 - worker]?.rooms).toBe(1);
  }
  for (const [person, otherId] of pairs) {
    expect(await person.page.evaluate(timesWithout, `${person.tile(otherId)} video`)).toBe(0);
    expect(await person.page.evaluate(noticesSeen)).toEqual([]);
    expect(await person.gapsInTheLog()).toEqual([]);
    expect(person.complaints).toEqual([]);
  }
  expect(await sharedCode([ann, fox], [])).toBe(code);
});
