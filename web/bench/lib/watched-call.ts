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
import { heardMoments, lookMoments, speakATone, watchHearing, watchLooks } from './in-page-tone.ts';

/** Of all that is measured, also of nothing happening. Longer than a node takes to be given up and replaced. */
const SPAN_MS = 15_000;

/** Milliseconds. */
export interface Gaps {
  /** Of each tile. */
  readonly seen: readonly number[];
  /** Of each voice. */
  readonly heard: readonly number[];
  /** In which a page did nothing at all, for want of a processor: part of the others. */
  readonly stalled: readonly number[];
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
  for (const { page } of people) await page.evaluate(watchLooks);
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
      const looks = await Promise.all(people.map(({ page }) => page.evaluate(lookMoments)));
      return { seen, heard, stalled: looks.map((moments) => longestGap(moments, span)) };
    },
    close: async () => {
      for (const person of people) await person.close();
    },
  };
};

/** Each value is of one of the six tiles or voices, or of the three pages, in one run. */
export const gapRows = (what: string, runs: readonly Gaps[]): readonly Row[] => {
  const row = (of: string, values: readonly number[]): Row => ({
    what: `${what}: longest gap, ${of}`,
    unit: 'ms',
    values,
  });
  return [
    row(
      'picture',
      runs.flatMap(({ seen }) => seen),
    ),
    row(
      'voice',
      runs.flatMap(({ heard }) => heard),
    ),
    row(
      'the page itself',
      runs.flatMap(({ stalled }) => stalled),
    ),
  ];
};
