// What a page's view saves: packets that a worker forwards to a room of 25 of whom nine are on screen,
// against forwarding everything.
import type { Row } from '../../../bench/report.ts';
import { startEndpoints } from './endpoints.ts';
import { inTurns, measureSpan, ratios } from './measure.ts';
import { startOurSfu } from './our-sfu.ts';
import type { Part, PartDeps } from './part.ts';
import { type Crowd, gather } from './people.ts';

/** Of real time: everything at once would be more than one worker and one sink carry on two cores. */
const SPEED = 0.25;
const PEOPLE = 25;

/**
 * Nine tiles in a window of 1280 to 1920 pixels are 321 to 640 wide, which the page asks the middle layer
 * for (layerFor in web/src/call/media-view.ts). On a screen with two device pixels to each it is the
 * highest. Sound is of all, always.
 */
const NINE: Crowd = { people: PEOPLE, cameras: 9, layer: 1, speed: SPEED };
const NINE_DENSE: Crowd = { ...NINE, layer: 2 };
const ALL: Crowd = { ...NINE, cameras: PEOPLE - 1, layer: 2 };

/** It is counted, not timed: more runs say no more. */
const MOST_RUNS = 3;

/** Packets to everybody in a second of real speed. */
const forwarded = async ({ compiled, spanMs }: PartDeps, crowd: Crowd): Promise<number> => {
  const sfu = await startOurSfu();
  const endpoints = await startEndpoints(compiled);
  try {
    await gather(sfu, endpoints, crowd);
    return (await measureSpan(sfu, endpoints, spanMs)).perSecond / SPEED;
  } finally {
    await endpoints.close();
    await sfu.close();
  }
};

const rows = (
  nine: readonly number[],
  dense: readonly number[],
  all: readonly number[],
): readonly Row[] => {
  const what = `room of ${PEOPLE}, forwarded`;
  return [
    { what: `${what}, nine tiles`, unit: '/s', values: nine },
    { what: `${what}, nine tiles on a dense screen`, unit: '/s', values: dense },
    { what: `${what}, everything`, unit: '/s', values: all },
    { what: `${what}, nine tiles ÷ all`, unit: '×', values: ratios(nine, all), aim: '≤ 0.45' },
    { what: `${what}, nine dense tiles ÷ all`, unit: '×', values: ratios(dense, all) },
  ];
};

export const viewPart: Part = {
  name: 'view',
  run: async (deps) => {
    deps.say(
      `a room of ${PEOPLE} at ${SPEED} of real speed: nine tiles, nine dense ones, everything`,
    );
    const [nine = [], dense = [], all = []] = await inTurns(
      Math.min(deps.runs, MOST_RUNS),
      [NINE, NINE_DENSE, ALL].map((crowd) => () => forwarded(deps, crowd)),
    );
    return rows(nine, dense, all);
  },
};
