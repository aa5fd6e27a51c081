import { expect, test } from 'vitest';
import { RequestError } from '../signaling/request-error.ts';
import { FakeClock } from '../signaling/testing/fake-clock.ts';
import { turn } from '../signaling/testing/turns.ts';
import { MediaSide, type SideNews } from './media-side.ts';

interface Opened {
  isClosed: boolean;
  close(): void;
}

const createScene = () => {
  const clock = new FakeClock();
  const opened: Opened[] = [];
  const news: SideNews[] = [];
  const changes: (Opened | null)[] = [];
  const failures: Error[] = [];
  let rebuildings = 0;
  const side = new MediaSide<Opened>({
    clock,
    random: () => 0.5,
    open: async (told) => {
      news.push(told);
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      const media: Opened = {
        isClosed: false,
        close: () => {
          media.isClosed = true;
        },
      };
      opened.push(media);
      return media;
    },
    onChange: (media) => changes.push(media),
    onRebuilding: () => {
      rebuildings += 1;
    },
  });
  return { clock, opened, news, changes, failures, side, rebuildings: () => rebuildings };
};

test('opens at once and says what is there', async () => {
  const { side, opened, changes } = createScene();
  await turn();
  expect(changes).toEqual(opened);
  expect(side.media).toBe(opened[0]);
});

test('one that fails is closed and opened anew', async () => {
  const { side, clock, opened, news, changes } = createScene();
  await turn();
  news[0]?.onFailed();
  expect(opened[0]?.isClosed).toBe(true);
  expect(side.media).toBeNull();
  clock.advance(1_000);
  await turn();
  expect(changes).toEqual([opened[0], null, opened[1]]);
});

test('news of one that has been replaced are old', async () => {
  const { clock, opened, news } = createScene();
  await turn();
  news[0]?.onFailed();
  news[0]?.onFailed();
  clock.advance(1_000);
  await turn();
  news[0]?.onFailed();
  expect(opened).toHaveLength(2);
  expect(opened[1]?.isClosed).toBe(false);
});

test('waits longer each time, until one has connected', async () => {
  const { clock, news } = createScene();
  await turn();
  const waits: (number | null)[] = [];
  for (let failure = 0; failure < 3; failure += 1) {
    news.at(-1)?.onFailed();
    waits.push(clock.nextInMs);
    clock.advance(clock.nextInMs ?? 0);
    await turn();
  }
  news.at(-1)?.onConnected();
  news.at(-1)?.onFailed();
  waits.push(clock.nextInMs);
  expect(waits).toEqual([187.5, 375, 750, 187.5]);
});

test('an opening that is refused is tried again', async () => {
  const { clock, failures, opened, news } = createScene();
  await turn();
  failures.push(new RequestError('media-unavailable'));
  news[0]?.onFailed();
  clock.advance(200);
  await turn();
  expect(opened).toHaveLength(1);
  clock.advance(1_000);
  await turn();
  expect(opened).toHaveLength(2);
});

test('M2 a stale placement is the end of it', async () => {
  const { clock, failures, opened, news } = createScene();
  await turn();
  failures.push(new RequestError('stale-placement'));
  news[0]?.onFailed();
  clock.advance(60_000);
  await turn();
  expect(opened).toHaveLength(1);
  expect(clock.pending).toBe(0);
});

test('M17 what is kept works on, and when it fails nothing is opened instead', async () => {
  const { clock, side, opened, news, changes, rebuildings } = createScene();
  await turn();
  side.keep();
  expect(side.media).toBe(opened[0]);
  news[0]?.onFailed();
  expect(changes).toEqual([opened[0], null]);
  expect([clock.pending, rebuildings()]).toEqual([0, 0]);
});

test('M17 what is kept before it is open, or while it is tried again, is not opened', async () => {
  const early = createScene();
  early.side.keep();
  await turn();
  expect([early.side.media, early.opened[0]?.isClosed]).toEqual([null, true]);
  const late = createScene();
  await turn();
  late.news[0]?.onFailed();
  late.side.keep();
  expect(late.clock.pending).toBe(0);
});

test('closing ends what is open and what is being opened', async () => {
  const { clock, side, opened, news } = createScene();
  side.close();
  side.close();
  await turn();
  expect(opened[0]?.isClosed).toBe(true);
  news[0]?.onFailed();
  expect(clock.pending).toBe(0);
  expect(side.media).toBeNull();
});
