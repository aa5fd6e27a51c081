// What a person sends and receives with so many in a call, by either way.
import type { Browser } from 'puppeteer';
import { setTimeout as pause } from 'node:timers/promises';
import type { Row } from '../../../bench/report.ts';
import { rememberConnections } from '../../e2e/in-page-media.ts';
import { startInProcess } from '../../e2e/in-process-server.ts';
import { Person } from '../../e2e/person.ts';
import { traffic } from './in-page-traffic.ts';

/** For the bandwidth estimate to settle, and to count for. */
const SETTLE_MS = 10_000;
const COUNT_MS = 10_000;

type CallMode = 'auto' | 'sfu-only';

interface Rates {
  readonly up: number;
  readonly down: number;
}

const ratesOf = async (person: Person): Promise<Rates> => {
  const before = await person.page.evaluate(traffic);
  const since = performance.now();
  await pause(COUNT_MS);
  const after = await person.page.evaluate(traffic);
  const kbits = (bytes: number): number => (bytes * 8) / (performance.now() - since);
  return { up: kbits(after.up - before.up), down: kbits(after.down - before.down) };
};

const measure = async (
  browser: Browser,
  callMode: CallMode,
  count: number,
): Promise<readonly Rates[]> => {
  const server = await startInProcess({ callMode });
  const people: Person[] = [];
  try {
    for (let number = 1; number <= count; number += 1) {
      const person = await Person.arrive(browser, `Person ${number}`);
      people.push(person);
      await person.page.evaluateOnNewDocument(rememberConnections);
    }
    const [first] = people;
    if (first === undefined) return [];
    const link = await first.makeMeeting(server.url);
    for (const person of people) await person.join(link);
    const firstId = await first.peerId();
    for (const person of people.slice(1)) await person.seesFramesIn(person.tile(firstId));
    await pause(SETTLE_MS);
    return await Promise.all(people.map(ratesOf));
  } finally {
    for (const person of people) await person.close();
    await server.close();
  }
};

const rows = (what: string, rates: readonly Rates[]): readonly Row[] => [
  { what: `${what}: up`, unit: 'kbit/s', values: rates.map(({ up }) => up) },
  { what: `${what}: down`, unit: 'kbit/s', values: rates.map(({ down }) => down) },
];

/** Of a mesh with so many: what two send each other, to each of the others. */
const mesh = (rates: readonly Rates[], others: number): readonly Rates[] =>
  rates.map(({ up, down }) => ({ up: up * others, down: down * others }));

/** Each run is one person. A mesh of more than two is no mode of ours: it is worked out, not measured. */
export const trafficRows = async (browser: Browser): Promise<readonly Row[]> => {
  const two = await measure(browser, 'auto', 2);
  const byNode: (readonly Row[])[] = [];
  for (const count of [2, 3, 6]) {
    byNode.push(rows(`${count} people, media node`, await measure(browser, 'sfu-only', count)));
  }
  return [
    ...rows('2 people, peer to peer', two),
    ...rows('3 people in a mesh (worked out)', mesh(two, 2)),
    ...rows('6 people in a mesh (worked out)', mesh(two, 5)),
    ...byNode.flat(),
  ];
};
