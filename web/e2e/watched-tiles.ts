// What people see of each other from some moment on: whether a picture was ever missing, how long one stood
// still, and what notices said meanwhile.
import { expect } from 'vitest';
import { longestGap } from './gaps.ts';
import { frameMoments, watchFrames } from './in-page-frames.ts';
import {
  framesAtSwitches,
  noticesSeen,
  timesWithout,
  watchFor,
  watchNotices,
} from './in-page-tiles.ts';
import type { Person } from './person.ts';

/** One picture of somebody else. */
export interface WatchedTile {
  readonly person: Person;
  readonly tile: string;
}

export interface SeenTile {
  /** Whose page it is, and which tile. */
  readonly what: string;
  /** How often there was no video in it. */
  readonly without: number;
  /** Between two frames that were shown. */
  readonly longestGapMs: number;
  /** Shown in all that time. */
  readonly frames: number;
}

export interface Watch {
  readonly tiles: readonly WatchedTile[];
  /** Until now. */
  seen(): Promise<readonly SeenTile[]>;
  /** Words of all notices, by person. */
  notices(): Promise<Readonly<Record<string, readonly string[]>>>;
}

/** Everybody's camera at everybody else's, and the shares of these at everybody else's. */
export const tilesOf = async (
  people: readonly Person[],
  sharing: readonly Person[] = [],
): Promise<readonly WatchedTile[]> => {
  const ids = new Map<Person, string>();
  for (const person of people) ids.set(person, await person.peerId());
  const others = (person: Person, those: readonly Person[]): readonly string[] =>
    those.filter((other) => other !== person).map((other) => ids.get(other) ?? '');
  return people.flatMap((person) => [
    ...others(person, people).map((id) => ({ person, tile: person.tile(id) })),
    ...others(person, sharing).map((id) => ({ person, tile: person.screenTile(id) })),
  ]);
};

/** Each of them shows new frames. */
export const allMove = async (tiles: readonly WatchedTile[]): Promise<void> => {
  await Promise.all(tiles.map(({ person, tile }) => person.seesFramesIn(tile)));
};

/** No picture was missing, and none came by another way before that had brought a frame. */
export const expectNoneLost = async (watch: Watch): Promise<void> => {
  const seen = await watch.seen();
  expect(seen.filter(({ without }) => without > 0)).toEqual([]);
  for (const person of new Set(watch.tiles.map((tile) => tile.person))) {
    const frames = await person.page.evaluate(framesAtSwitches);
    expect(
      frames.filter((count) => count === 0),
      person.name,
    ).toEqual([]);
    const theirs = watch.tiles.filter((tile) => tile.person === person);
    expect(frames.length, person.name).toBeGreaterThanOrEqual(theirs.length);
  }
};

/** From now on. Each tile is watched once in a page's life. */
export const watchTiles = async (tiles: readonly WatchedTile[]): Promise<Watch> => {
  const people = new Set(tiles.map(({ person }) => person));
  for (const { page } of people) await page.evaluate(watchNotices);
  for (const { person, tile } of tiles) {
    await person.page.evaluate(watchFrames, tile);
    await person.page.evaluate(watchFor, `${tile} video`);
  }
  const from = Date.now();
  const see = async ({ person, tile }: WatchedTile): Promise<SeenTile> => {
    const moments = (await person.page.evaluate(frameMoments, tile)).filter((at) => at >= from);
    return {
      what: `${person.name} sees ${tile}`,
      without: await person.page.evaluate(timesWithout, `${tile} video`),
      longestGapMs: longestGap(moments, { from, to: Math.max(from, ...moments) }),
      frames: moments.length,
    };
  };
  return {
    tiles,
    seen: () => Promise.all(tiles.map(see)),
    notices: async () => {
      const said: Record<string, readonly string[]> = {};
      for (const { name, page } of people) said[name] = await page.evaluate(noticesSeen);
      return said;
    },
  };
};
