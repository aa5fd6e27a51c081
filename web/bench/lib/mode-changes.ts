// What the people in a call see and hear of its moving between peer to peer and the media node.
import type { Browser } from 'puppeteer';
import { setTimeout as pause } from 'node:timers/promises';
import type { Row } from '../../../bench/report.ts';
import { areIn, hurriedClock } from '../../e2e/call-path.ts';
import { longestGap, type Span } from '../../e2e/gaps.ts';
import { frameMoments, watchFrames } from '../../e2e/in-page-frames.ts';
import { startInProcess } from '../../e2e/in-process-server.ts';
import { Person } from '../../e2e/person.ts';
import { heardMoments, speakATone, watchHearing } from './in-page-tone.ts';

const ROUNDS = 6;
/** In place of the quarter of a minute that a call waits before it goes direct again. */
const BACK_MS = 3_000;
/** The former way is closed some time after the new one is shown. */
const AFTERWARDS_MS = 1_500;

const AIM = 'p95 at most 500, none above 1000';

interface Gaps {
  readonly seen: number;
  readonly heard: number;
}

/** The longest of each in what one of them was shown of the other. */
const gapsOf = async (person: Person, other: string, span: Span): Promise<Gaps> => {
  const frames = await person.page.evaluate(frameMoments, person.tile(other));
  const sounds = await person.page.evaluate(heardMoments, other);
  return { seen: longestGap(frames, span), heard: longestGap(sounds, span) };
};

const row = (what: string, gaps: readonly Gaps[], key: keyof Gaps): Row => ({
  what: `${what}: longest gap, ${key === 'seen' ? 'picture' : 'voice'}`,
  unit: 'ms',
  values: gaps.map((gap) => gap[key]),
});

/** Each run is one change as one of the two lived it. */
export const modeChangeRows = async (browser: Browser): Promise<readonly Row[]> => {
  const server = await startInProcess({ clock: hurriedClock(BACK_MS) });
  const people: Person[] = [];
  const arrive = async (name: string): Promise<Person> => {
    const person = await Person.arrive(browser, name);
    await person.page.evaluateOnNewDocument(speakATone);
    people.push(person);
    return person;
  };
  const steady: Gaps[] = [];
  const over: Gaps[] = [];
  const back: Gaps[] = [];
  try {
    const [ann, bob] = [await arrive('Ann'), await arrive('Bob')];
    const link = await ann.makeMeeting(server.url);
    await ann.join(link);
    await bob.join(link);
    const ids = [await ann.peerId(), await bob.peerId()];
    const pair = [
      [ann, ids[1] ?? ''],
      [bob, ids[0] ?? ''],
    ] as const;
    await areIn('p2p', [ann, bob]);
    for (const [person, other] of pair) {
      await person.seesFramesIn(person.tile(other));
      await person.page.evaluate(watchFrames, person.tile(other));
      await person.page.evaluate(watchHearing, other);
      await person.seesFramesIn(person.tile(other));
    }
    const during = async (into: Gaps[], act: () => Promise<void>): Promise<void> => {
      const from = Date.now();
      await act();
      await pause(AFTERWARDS_MS);
      const span = { from, to: Date.now() };
      for (const [person, other] of pair) into.push(await gapsOf(person, other, span));
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      await during(steady, () => pause(BACK_MS));
      const cat = await arrive('Cat');
      await cat.page.goto(link);
      await cat.fillIn();
      await during(over, async () => {
        await cat.press('join');
        for (const [, other] of pair) await cat.seesFramesIn(cat.tile(other));
        await areIn('sfu', [ann, bob]);
      });
      await cat.press('leave');
      await during(back, async () => {
        await areIn('p2p', [ann, bob]);
      });
      await cat.close();
    }
  } finally {
    for (const person of people) await person.close();
    await server.close();
  }
  return [
    row('no change', steady, 'seen'),
    row('no change', steady, 'heard'),
    { ...row('peer to peer → media node', over, 'seen'), aim: AIM },
    { ...row('peer to peer → media node', over, 'heard'), aim: AIM },
    { ...row('media node → peer to peer', back, 'seen'), aim: AIM },
    { ...row('media node → peer to peer', back, 'heard'), aim: AIM },
  ];
};
