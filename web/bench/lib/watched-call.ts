// Three people in a call through a media node, and how long each was without another's picture and voice
// while something happened to it.
import type { Browser } from 'puppeteer';
import { setTimeout as pause } from 'node:timers/promises';
import type { Row } from '../../../bench/report.ts';
import { areIn } from '../../e2e/call-path.ts';
import { everyPair } from '../../e2e/every-pair.ts';
import { longestGap } from '../../e2e/gaps.ts';
import { frameMoments, watchFrames } from '../../e2e/in-page-frames.ts';
import { Person } from '../../e2e/person.ts';
import { heardMoments, speakATone, watchHearing } from './in-page-tone.ts';

/** Of all that is measured, also of nothing happening. Longer than a node takes to be given up and replaced. */
const SPAN_MS = 15_000;

/** Milliseconds: of each tile, and of each voice. */
export interface Gaps {
  readonly seen: readonly number[];
  readonly heard: readonly number[];
}

export interface WatchedCall {
  readonly link: string;
  /** Does it, which resolves when the call is where it is to be, and waits until all see and hear all. */
  during(act: () => Promise<unknown>): Promise<Gaps>;
  close(): Promise<void>;
}

const NAMES = ['Ann', 'Bob', 'Cat'];

/** Of cameras of 320×180 at 15 frames a second, and voices that never pause. */
export const startWatchedCall = async (
  browser: Browser,
  /** Signaling nodes, of which one after the other is used. */
  urls: readonly [string, ...string[]],
): Promise<WatchedCall> => {
  const [home] = urls;
  const people: Person[] = [];
  for (const name of NAMES) {
    const person = await Person.arrive(browser, name);
    await person.page.evaluateOnNewDocument(speakATone);
    people.push(person);
  }
  const meet = (): Promise<void> =>
    everyPair(people, async (person, other) => {
      await person.seesFramesIn(person.tile(other));
      await person.hears(other);
    });
  const link = (await people[0]?.makeMeeting(home)) ?? '';
  for (const [index, person] of people.entries()) {
    await person.join(link.replace(home, urls[index % urls.length] ?? home));
  }
  await areIn('sfu', people);
  await meet();
  await everyPair(people, async (person, other) => {
    await person.page.evaluate(watchFrames, person.tile(other));
    await person.page.evaluate(watchHearing, other);
  });
  return {
    link,
    during: async (act) => {
      const from = Date.now();
      await act();
      await meet();
      await pause(Math.max(0, from + SPAN_MS - Date.now()));
      const span = { from, to: Date.now() };
      const seen: number[] = [];
      const heard: number[] = [];
      await everyPair(people, async (person, other) => {
        const frames = await person.page.evaluate(frameMoments, person.tile(other));
        seen.push(longestGap(frames, span));
        heard.push(longestGap(await person.page.evaluate(heardMoments, other), span));
      });
      return { seen, heard };
    },
    close: async () => {
      for (const person of people) await person.close();
    },
  };
};

/** Each value is of one of the six tiles, or voices, in one run. */
export const gapRows = (what: string, runs: readonly Gaps[]): readonly Row[] => [
  {
    what: `${what}: longest gap, picture`,
    unit: 'ms',
    values: runs.flatMap(({ seen }) => seen),
  },
  { what: `${what}: longest gap, voice`, unit: 'ms', values: runs.flatMap(({ heard }) => heard) },
];
