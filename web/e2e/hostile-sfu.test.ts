// A media server that lies: under Ann's and Bob's names it hands on to Cat whatever it likes. Nothing
// of that is decoded, her tiles say so, and once it is honest again all is as before.
import type { Browser } from 'puppeteer';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { buildPlaintextPage, type PlaintextPage } from '../bench/lib/build-plaintext.ts';
import { launchBrowser } from './harness.ts';
import { echoFrames, FLIPS, silence } from './hostile-packets.ts';
import { type HostileRoom, openHostileRoom } from './hostile-room.ts';
import type { SentStream } from './hostile-sfu.ts';
import { runScriptOf } from './other-script.ts';
import { Person } from './person.ts';
import type { RtpPacket } from './rtp.ts';

import { until } from './until.ts';

/** Two seconds of either, and more than a key frame takes. */
const RECORDED_PACKETS = 60;

/** Frames of sixty that a loaded machine may lose between the router and the page. */
const LOST_FRAMES = 2;
/** Of one frame of 20 ms at 48 kHz, as browsers count what they decode. */
const OPUS_SAMPLES = 960;

let browser: Browser;
let plaintextPage: PlaintextPage;

beforeAll(async () => {
  browser = await launchBrowser();
  plaintextPage = await buildPlaintextPage();
});

afterAll(async () => {
  await browser?.close();
  await plaintextPage?.remove();
});

/** What Cat gets of that stream, from its next key frame on. */
const record = async (room: HostileRoom, stream: SentStream): Promise<readonly RtpPacket[]> => {
  const packets: RtpPacket[] = [];
  const relay = await room.relay(stream);
  await relay.carry(await room.producer(stream), (packet) => {
    packets.push(packet);
    return [packet];
  });
  await until(
    `${stream.source} is recorded`,
    async () => packets.length,
    (length) => length >= RECORDED_PACKETS,
  );
  return packets;
};

/** Ann's camera and microphone without encryption, as a router gets them. */
let plaintext: { readonly cam: readonly RtpPacket[]; readonly mic: readonly RtpPacket[] };

describe('without encryption', () => {
  let room: HostileRoom;

  beforeAll(async () => {
    room = await openHostileRoom(browser, { webRoot: plaintextPage.webRoot });
  });

  afterAll(() => room?.close());

  test('what a router swaps, or makes of what it kept, is shown and heard', async () => {
    const [annCam, annMic] = await room.streamsOf(room.ann);
    const [bobCam, bobMic] = await room.streamsOf(room.bob);
    plaintext = { cam: await record(room, annCam), mic: await record(room, annMic) };
    const [bobsPicture, bobsSound] = [await room.relay(bobCam), await room.relay(bobMic)];
    await room.swap(bobCam, annCam);
    await room.swap(bobMic, annMic);
    await room.decodesMore([bobCam, bobMic]);
    await bobsPicture.carry(null);
    await bobsSound.carry(null);
    await room.comesToRest([bobCam, bobMic]);
    await room.decodesMore([bobCam, bobMic], () => {
      bobsPicture.play(plaintext.cam);
      bobsSound.play(plaintext.mic);
    });
  });
});

describe('a meeting of three', () => {
  let room: HostileRoom;
  let annCam: SentStream;
  let annMic: SentStream;
  let bobCam: SentStream;
  let bobMic: SentStream;
  let catCam: SentStream;
  let catMic: SentStream;

  beforeAll(async () => {
    room = await openHostileRoom(browser);
    [annCam, annMic] = await room.streamsOf(room.ann);
    [bobCam, bobMic] = await room.streamsOf(room.bob);
    [catCam, catMic] = await room.streamsOf(room.cat);
  });

  afterEach(() => {
    for (const { name, complaints } of [room.ann, room.bob, room.cat])
      expect({ name, complaints }).toEqual({ name, complaints: [] });
  });

  afterAll(() => room?.close());

  test('F21 two peers’ streams, swapped, are neither seen nor heard', async () => {
    const all = [annCam, annMic, bobCam, bobMic];
    await room.swap(annCam, bobCam);
    await room.swap(annMic, bobMic);
    await room.swap(bobCam, annCam);
    await room.swap(bobMic, annMic);
    await room.refuses(all);
    await room.cat.hearsNothingOf(annCam.peerId);
    await room.othersGoOn();
    await room.tellTruth(all);
    await room.isHonestAgain();
  });

  test('F21 a camera for a screen, and a screen for a camera, is not seen', async () => {
    const { bob } = room;
    const bobScreen: SentStream = { peerId: bobCam.peerId, source: 'screen' };
    await bob.press('toggle-screen');
    await room.relay(bobScreen);
    await room.cat.finds(`${room.cat.screenTile(bobCam.peerId)}[data-encryption="ok"]`);
    await room.swap(bobScreen, bobCam);
    await room.swap(bobCam, bobScreen);
    await room.refuses([bobScreen, bobCam]);
    await room.tellTruth([bobScreen, bobCam]);
    await room.decodesMore([bobScreen, bobCam]);
    await bob.press('toggle-screen');
    await room.isHonestAgain();
  });

  test('F21 own frames, sent back under another’s name, are neither seen nor heard', async () => {
    await room.swap(annCam, catCam);
    await room.swap(annMic, catMic);
    await room.refuses([annCam, annMic]);
    await room.cat.hearsNothingOf(annCam.peerId);
    await room.othersGoOn();
    await room.tellTruth([annCam, annMic]);
    await room.isHonestAgain();
  });

  test('F20 plain VP8, plain Opus and silence, put in by the router, are not played', async () => {
    const [picture, sound] = [await room.relay(annCam), await room.relay(annMic)];
    for (const forged of [plaintext.mic, silence(RECORDED_PACKETS)]) {
      await picture.carry(null);
      await sound.carry(null);
      await room.refuses([annCam, annMic], () => {
        picture.play(plaintext.cam);
        sound.play(forged);
      });
    }
    await room.cat.hearsNothingOf(annCam.peerId);
    await room.othersGoOn();
    await room.tellTruth([annCam, annMic]);
    await room.isHonestAgain();
  });

  test('F4 a frame with one bit changed on the way is not decoded', async () => {
    const [picture, sound] = [await room.relay(annCam), await room.relay(annMic)];
    const producers = [await room.producer(annCam), await room.producer(annMic)] as const;
    for (const { video, audio } of Object.values(FLIPS)) {
      await picture.carry(producers[0], video);
      await sound.carry(producers[1], audio);
      await room.refuses([annCam, annMic]);
    }
    await room.othersGoOn();
    await room.tellTruth([annCam, annMic]);
    await room.isHonestAgain();
  });

  test('F19 frames that come twice, the second time as if they were others, are shown once', async () => {
    const picture = await room.relay(annCam);
    await picture.carry(null);
    await room.comesToRest([annCam]);
    const before = await room.inbound(annCam);
    const echo = echoFrames();
    await picture.carry(await room.producer(annCam), echo.change);
    await room.decodesMore([annCam]);
    await picture.carry(null);
    await room.comesToRest([annCam]);
    const after = await room.inbound(annCam);
    expect(after.decoded - before.decoded).toBeLessThanOrEqual(echo.frames);
    expect(after.packets - before.packets).toBeGreaterThan(echo.frames * 1.5);
    await room.tellTruth([annCam]);
    await room.isHonestAgain();
  });

  test('F17 what was shown is not shown again by a new consumer of a new producer', async () => {
    const kept = { cam: await record(room, annCam), mic: await record(room, annMic) };
    await room.decodesMore([annCam, annMic]);
    room.sfu.startSilent = true;
    await room.move();
    const [picture, sound] = [await room.relay(annCam), await room.relay(annMic)];
    await room.decodesNone([annCam, annMic], () => {
      picture.play(kept.cam);
      sound.play(kept.mic);
    });
    // What was lost on its way before may come once; all of it was played many times.
    expect((await room.inbound(annCam)).decoded).toBeLessThanOrEqual(LOST_FRAMES);
    expect((await room.inbound(annMic)).decoded).toBeLessThanOrEqual(LOST_FRAMES * OPUS_SAMPLES);
    room.sfu.startSilent = false;
    await room.tellTruth([annCam, annMic, bobCam, bobMic]);
    await room.isHonestAgain();
  });

  test('F21 a page without encryption, in the room by the link, is neither seen nor heard', async () => {
    const eve = await Person.arrive(browser, 'Eve');
    try {
      await runScriptOf(eve.page, plaintextPage.webRoot);
      await eve.join(room.link);
      const streams = await room.streamsOf(eve);
      for (const stream of streams) await room.relay(stream);
      await room.decodesNone(streams);
      const tile = room.cat.tile(streams[0].peerId);
      await room.cat.finds(`${tile}[data-encryption="waiting"]`);
      expect(await room.cat.nameIn(tile)).not.toContain('Eve');
      await room.cat.hearsNothingOf(streams[0].peerId);
    } finally {
      await eve.close();
    }
    await room.isHonestAgain();
  });
});
