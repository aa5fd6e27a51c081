// A tap on both media workers while a call of two moves from one to the other: each gets every frame whole,
// no decoder makes anything of them, and no counter comes twice.
import { decodeFrameHeader } from '@sotto/e2ee';
import type { types } from 'mediasoup';
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from './harness.ts';
import { createHostileSfu, type HostileSfu } from './hostile-sfu.ts';
import { pictureIn } from './in-page-decoding.ts';
import { type InProcessServer, startInProcess } from './in-process-server.ts';
import { areBeeps, listenTo, lookAt } from './overhear.ts';
import { Person } from './person.ts';
import { type Tap, tapProducer, watchRouters } from './router-tap.ts';
import {
  clearPrefixLength,
  inOrder,
  isVp8KeyFrame,
  type RtpPacket,
  type Vp8Frame,
  vp8Frames,
} from './rtp.ts';
import { until } from './until.ts';

const SELF_TILE = '[data-testid="self-tile"]';
/** Two seconds of a picture, and of Opus. */
const FRAMES = 30;
const SOUNDS = 100;

const TAPPED = ['cam', 'mic'] as const;

let sfu: HostileSfu;
let server: InProcessServer;
let browser: Browser;
let ann: Person;
let bob: Person;
let routers: ReturnType<typeof watchRouters>;

beforeAll(async () => {
  sfu = createHostileSfu();
  routers = watchRouters();
  server = await startInProcess({ callMode: 'sfu-only', workers: 2, mediaNode: sfu.wrap });
  browser = await launchBrowser();
  ann = await Person.arrive(browser, 'Ann');
  bob = await Person.arrive(browser, 'Bob');
  const link = await ann.makeMeeting(server.url);
  await ann.join(link);
  await bob.join(link);
  await bob.seesFramesIn(bob.tile(await ann.peerId()));
});

afterAll(async () => {
  await browser?.close();
  routers?.stop();
  sfu?.stop();
  await server?.close();
});

const openRouters = (): readonly types.Router[] => routers.routers.filter(({ closed }) => !closed);

interface Overheard {
  readonly cam: RtpPacket[];
  readonly mic: RtpPacket[];
  readonly taps: readonly Tap[];
}

/** Of what Ann sends to that router, from now on. */
const tapAnn = async (router: types.Router, peerId: string): Promise<Overheard> => {
  const cam: RtpPacket[] = [];
  const mic: RtpPacket[] = [];
  const tap = (source: 'cam' | 'mic', packets: RtpPacket[]): Promise<Tap> =>
    tapProducer(router, sfu.producerOf({ peerId, source }) ?? '', (packet) => packets.push(packet));
  const taps = [await tap('cam', cam), await tap('mic', mic)];
  for (const one of taps) await one.requestKeyFrame();
  return { cam, mic, taps };
};

const framesOf = ({ cam }: Overheard): readonly Vp8Frame[] => {
  const frames = vp8Frames(cam);
  return frames.slice(Math.max(0, frames.findIndex(isVp8KeyFrame)));
};

const soundsOf = ({ mic }: Overheard): readonly Buffer[] =>
  inOrder(mic).flatMap(({ payload }) => (payload.length > 0 ? [payload] : []));

/** `kid counter` of each frame and each packet of sound. */
const noncesOf = (heard: Overheard): readonly string[] =>
  [
    ...vp8Frames(heard.cam).map((frame) => frame.data.subarray(clearPrefixLength(frame))),
    ...soundsOf(heard),
  ].map((sealed) => {
    const { kid, counter } = decodeFrameHeader(sealed);
    return `${kid} ${counter}`;
  });

test('M17 F14 F22 neither worker gets a picture or a voice while a call moves, nor a counter that the other got', async () => {
  const peerId = await ann.peerId();
  const [formerRouter] = openRouters();
  if (formerRouter === undefined) throw new Error('there is no router');
  const former = await tapAnn(formerRouter, peerId);
  const shown: (readonly number[])[] = [];
  const have = (heard: Overheard): Promise<unknown> =>
    until(
      'enough is overheard',
      async () => {
        const picture = await ann.page.evaluate(pictureIn, SELF_TILE);
        if (picture !== null) shown.push(picture);
        return [framesOf(heard).length, soundsOf(heard).length] as const;
      },
      ([frames, sounds]) => frames >= FRAMES && sounds >= SOUNDS,
    );
  await have(former);
  const before = TAPPED.map((source) => sfu.producerOf({ peerId, source }));
  const worker = server.media.load().find(({ rooms }) => rooms > 0)?.worker;
  await server.media.drain({ worker });
  await until(
    'Ann sends to both',
    async () => TAPPED.map((source) => sfu.producerOf({ peerId, source })),
    (ids) => ids.every((id) => !before.includes(id)),
  );
  const [router] = openRouters().filter((one) => one !== formerRouter);
  if (router === undefined) throw new Error('there is no other router');
  const now = await tapAnn(router, peerId);
  await have(now);
  await ann.heardTimes('media-lost', 1);
  expect(formerRouter.closed).toBe(true);
  for (const heard of [former, now]) {
    const seen = await lookAt(ann, framesOf(heard), shown);
    expect(seen).toMatchObject({ recognised: 0 });
    expect(seen.errors + seen.pictures).toBeGreaterThan(0);
    const sound = await listenTo(ann, soundsOf(heard));
    expect(areBeeps(sound), JSON.stringify(sound)).toBe(false);
    // Opus takes nearly anything for sound: what it refuses hangs on the counter, which comes first.
    expect(sound.errors + sound.packets).toBeGreaterThan(0);
  }
  const nonces = [...noncesOf(former), ...noncesOf(now)];
  expect(nonces.length).toBeGreaterThan(2 * (FRAMES + SOUNDS) - 1);
  expect(new Set(nonces).size).toBe(nonces.length);
  // The same keys: nobody came or went.
  const kids = (heard: Overheard) => new Set(noncesOf(heard).map((nonce) => nonce.split(' ')[0]));
  expect(kids(now)).toEqual(kids(former));
  for (const { name, complaints } of [ann, bob]) {
    expect({ name, complaints }).toEqual({ name, complaints: [] });
  }
});
