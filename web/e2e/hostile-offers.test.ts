// A server that says what should be sent and played: other codecs, or no encryption. Nothing leaves in
// the clear, and nothing is played that nobody here seals.
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './harness.ts';
import { type HostileRoom, openHostileRoom } from './hostile-room.ts';
import type { SentStream } from './hostile-sfu.ts';
import { areBeeps, listenTo, lookAt, overhear } from './overhear.ts';
import { Person } from './person.ts';

/** What this server has, and its retransmission. */
const OPUS = ['audio/opus'];
const VP8 = ['video/VP8', 'video/rtx'];

const other = (mimeType: string, more: object = {}): object => ({
  kind: mimeType.split('/')[0],
  mimeType,
  clockRate: 90_000,
  parameters: {},
  rtcpFeedback: [],
  ...more,
});
const RED = other('audio/red', { preferredPayloadType: 110, clockRate: 48_000, channels: 2 });
const AV1 = other('video/AV1', { preferredPayloadType: 111 });
const H264 = other('video/H264', {
  preferredPayloadType: 112,
  parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f' },
});

interface Told {
  readonly event?: string;
  readonly data?: {
    readonly rtpCapabilities?: { readonly codecs: readonly { readonly mimeType: string }[] };
  };
}

/** What a server may know of, and no page here does. */
const OFF = { encryption: 'off', e2ee: false, encodedInsertableStreams: false };

const isOff = (testId: string): string => `[data-testid="${testId}"][aria-pressed="false"]`;

let browser: Browser;
let room: HostileRoom;
/** Changes what sockets are told, parsed. */
let lie: (message: Told) => object = (message) => message;

beforeAll(async () => {
  browser = await launchBrowser();
  room = await openHostileRoom(browser, {
    tell: (text) => JSON.stringify(lie(JSON.parse(text))),
  });
});

afterAll(async () => {
  await room?.close();
  await browser?.close();
});

/** Dan joins, and is lied to. */
const withDan = async (check: (dan: Person) => Promise<void>): Promise<void> => {
  const dan = await Person.arrive(browser, 'Dan');
  try {
    await dan.join(room.link);
    await check(dan);
  } finally {
    lie = (message) => message;
    await dan.press('leave');
    await dan.close();
  }
  await room.othersGoOn();
  for (const { name, complaints } of [room.ann, room.bob, room.cat])
    expect({ name, complaints }).toEqual({ name, complaints: [] });
};

describe('F8 a server that offers', () => {
  test.each([
    { offer: 'H264 and RED', others: [H264, RED], own: [] },
    { offer: 'AV1 and Opus', others: [AV1], own: [...OPUS] },
    { offer: 'RED and VP8', others: [RED], own: [...VP8] },
    { offer: 'RED, AV1, H264, Opus and VP8', others: [RED, AV1, H264], own: [...OPUS, ...VP8] },
  ])('$offer is sent nothing but Opus and VP8, sealed', async ({ others, own }) => {
    lie = ({ data, ...rest }) => {
      if (data?.rtpCapabilities === undefined) return { ...rest, data };
      const kept = data.rtpCapabilities.codecs.filter(({ mimeType }) => own.includes(mimeType));
      const rtpCapabilities = { ...data.rtpCapabilities, codecs: [...others, ...kept] };
      return { ...rest, data: { ...data, rtpCapabilities } };
    };
    await withDan(async (dan) => {
      const danId = await dan.peerId();
      const tile = room.ann.tile(danId);
      if (own.includes('video/VP8')) await room.ann.seesFramesIn(tile, 5);
      else await dan.finds(isOff('toggle-camera'));
      if (own.includes('audio/opus')) await room.ann.hears(danId);
      else await dan.finds(isOff('toggle-mic'));
      expect(new Set(room.sfu.codecsOf(danId))).toEqual(new Set(own));
      await room.ann.finds(`${tile}[data-encryption="ok"]`);
    });
  });
});

test('F8 streams described as of codecs that nobody here seals, or of none, are not played', async () => {
  const [annCam, annMic] = await room.streamsOf(room.ann);
  const [bobCam, bobMic] = await room.streamsOf(room.bob);
  const all: readonly SentStream[] = [annCam, annMic, bobCam, bobMic];
  const names = new Map([
    [annCam, 'video/H264'],
    [annMic, 'audio/red'],
    [bobCam, 'video/AV1'],
    [bobMic, null],
  ]);
  room.sfu.describe = (description) => {
    const { peerId, source, rtpParameters } = description;
    const [, name] =
      [...names].find(([one]) => one.peerId === peerId && one.source === source) ?? [];
    const codecs =
      typeof name === 'string'
        ? rtpParameters.codecs.map((codec) => ({ ...codec, mimeType: name }))
        : [];
    return { ...description, rtpParameters: { ...rtpParameters, codecs } };
  };
  await room.move();
  for (const { peerId } of [annCam, bobCam])
    await room.cat.finds(`${room.cat.tile(peerId)}[data-encryption="failed"]`);
  for (const stream of all) expect(await room.inbound(stream)).toEqual({ packets: 0, decoded: 0 });
  await room.othersGoOn();
  room.sfu.describe = (description) => description;
  await room.move();
  await room.isHonestAgain();
});

test('F22 a server that says that encryption is off is not believed', async () => {
  let told = 0;
  lie = (message) => {
    told += 1;
    // Levels come often and are not missed.
    if (message.event === 'audio-levels') return { event: 'encryption', data: OFF };
    return { ...message, ...OFF, data: { ...message.data, ...OFF } };
  };
  await withDan(async (dan) => {
    const peerId = await dan.peerId();
    await room.ann.finds(`${room.ann.tile(peerId)}[data-encryption="ok"]`);
    await room.ann.seesFramesIn(room.ann.tile(peerId), 5);
    const producers = {
      cam: await room.producer({ peerId, source: 'cam' }),
      mic: await room.producer({ peerId, source: 'mic' }),
    };
    const heard = await overhear(room.sfu.router(), producers, dan, async () => undefined);
    expect(await lookAt(dan, heard.frames, heard.shown)).toMatchObject({ recognised: 0 });
    const sound = await listenTo(dan, heard.sounds);
    expect(areBeeps(sound), JSON.stringify(sound)).toBe(false);
    expect(sound.errors).toBeGreaterThan(0);
    expect(told).toBeGreaterThan(0);
    expect(dan.complaints).toEqual([]);
  });
});
