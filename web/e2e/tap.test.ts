// A tap on the router while Ann and Bob talk: it gets every frame whole, and no decoder makes anything
// of them. The same tap on a page without encryption sees and hears all.
import { decodeFrameHeader } from '@sotto/e2ee';
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPlaintextPage, type PlaintextPage } from '../bench/lib/build-plaintext.ts';
import { launchBrowser } from './harness.ts';
import { createHostileSfu, type HostileSfu } from './hostile-sfu.ts';
import { type InProcessServer, startInProcess } from './in-process-server.ts';
import { areBeeps, listenTo, lookAt, overhear, type Overheard } from './overhear.ts';
import { Person } from './person.ts';
import { clearPrefixLength, isVp8KeyFrame, type Vp8Frame } from './rtp.ts';
import { until } from './until.ts';

const CANARY = 'the canary sings at noon';
const NAMES = ['Ann Canary', 'Bob Canary'] as const;

const TAG_BYTES = 16;

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser?.close());

interface Talk {
  readonly sfu: HostileSfu;
  readonly server: InProcessServer;
  readonly ann: Person;
  readonly bob: Person;
  readonly link: string;
  readonly heard: Overheard;
}

/** `during`: what Ann and Bob do while the tap is on. */
const tapTalk = async (
  options: { readonly webRoot?: string },
  during: (ann: Person, bob: Person) => Promise<void>,
): Promise<Talk> => {
  const sfu = createHostileSfu();
  const server = await startInProcess({
    callMode: 'sfu-only',
    ...options,
    mediaNode: sfu.wrap,
  });
  const ann = await Person.arrive(browser, NAMES[0]);
  const bob = await Person.arrive(browser, NAMES[1]);
  const link = await ann.makeMeeting(server.url);
  await ann.join(link);
  await bob.join(link);
  const peerId = await ann.peerId();
  await bob.seesFramesIn(bob.tile(peerId));
  await bob.hears(peerId);
  const producers = {
    cam: sfu.producerOf({ peerId, source: 'cam' }) ?? '',
    mic: sfu.producerOf({ peerId, source: 'mic' }) ?? '',
  };
  const heard = await overhear(sfu.router(), producers, ann, () => during(ann, bob));
  return { sfu, server, ann, bob, link, heard };
};

const endTalk = async (talk: Talk | undefined): Promise<void> => {
  await talk?.ann.close();
  await talk?.bob.close();
  talk?.sfu.stop();
  await talk?.server.close();
};

/** Ann writes, and Bob reads it. */
const chat = async (ann: Person, bob: Person): Promise<void> => {
  await ann.press('toggle-chat');
  await ann.page.waitForSelector('[data-testid="chat-input"]');
  await ann.page.type('[data-testid="chat-input"]', CANARY);
  await ann.page.keyboard.press('Enter');
  await bob.press('toggle-chat');
  await until(
    'Bob reads it',
    () =>
      bob.page.$$eval('[data-testid="chat-message"]', (all) => all.map((one) => one.textContent)),
    (messages) => messages.some((text) => text?.includes(CANARY)),
  );
};

/** With the header, and with nothing but the prefix and the ciphertext. */
const asItIsAndBare = (frame: Vp8Frame): readonly Vp8Frame[] => {
  const start = clearPrefixLength(frame);
  const { length } = decodeFrameHeader(frame.data.subarray(start));
  const sealed = frame.data.subarray(start + length, -TAG_BYTES);
  return [frame, { ...frame, data: Buffer.concat([frame.data.subarray(0, start), sealed]) }];
};

describe('without encryption', () => {
  let plaintextPage: PlaintextPage;
  let talk: Talk;

  beforeAll(async () => {
    plaintextPage = await buildPlaintextPage();
    talk = await tapTalk({ webRoot: plaintextPage.webRoot }, async () => undefined);
  });

  afterAll(async () => {
    await endTalk(talk);
    await plaintextPage?.remove();
  });

  test('a tap on the router sees the camera, frame by frame, and hears the beeps', async () => {
    const { ann, heard } = talk;
    const seen = await lookAt(ann, heard.frames, heard.shown);
    const all = heard.frames.length;
    expect(seen).toEqual({ pictures: all, recognised: all, errors: 0 });
    const sound = await listenTo(ann, heard.sounds);
    expect(sound).toMatchObject({ errors: 0 });
    expect(areBeeps(sound), JSON.stringify(sound)).toBe(true);
  });
});

describe('a meeting of two', () => {
  let talk: Talk;

  beforeAll(async () => {
    talk = await tapTalk({}, chat);
  });

  afterAll(() => endTalk(talk));

  test('F6 of a key frame the start code and the size can be read', () => {
    const keyFrames = talk.heard.frames.filter(isVp8KeyFrame);
    expect(keyFrames.length).toBeGreaterThanOrEqual(2);
    for (const { data } of keyFrames) {
      expect(data.subarray(3, 6).toString('hex')).toBe('9d012a');
      const [width, height] = [data.readUInt16LE(6) & 0x3fff, data.readUInt16LE(8) & 0x3fff];
      expect(width / height).toBeCloseTo(16 / 9, 1);
    }
  });

  test('F14 every frame has a counter of its own, greater than the one before', () => {
    const { frames, sounds } = talk.heard;
    const headers = {
      cam: frames.map((frame) => decodeFrameHeader(frame.data.subarray(clearPrefixLength(frame)))),
      mic: sounds.map((sound) => decodeFrameHeader(sound)),
    };
    for (const [stream, ofStream] of Object.entries(headers)) {
      // SPEC.md F9: three bits of the KID say which stream it is.
      const streams = new Set(ofStream.map(({ kid }) => (kid >> 12n) & 7n));
      expect(streams).toEqual(new Set([stream === 'cam' ? 1n : 0n]));
      const nonces = ofStream.map(({ kid, counter }) => `${kid} ${counter}`);
      expect(new Set(nonces).size).toBe(nonces.length);
      for (const [index, { kid, counter }] of ofStream.entries()) {
        const former = ofStream[index - 1];
        if (former?.kid === kid) expect(counter).toBeGreaterThan(former.counter);
      }
    }
  });

  test('F22 no decoder makes the camera’s picture of what a tap on the router gets', async () => {
    const { ann, heard } = talk;
    for (const variant of [0, 1]) {
      const frames = heard.frames.flatMap((frame) => asItIsAndBare(frame)[variant] ?? []);
      const seen = await lookAt(ann, frames, heard.shown);
      expect(seen).toMatchObject({ recognised: 0 });
      expect(seen.errors + seen.pictures).toBeGreaterThan(0);
    }
  });

  test('F22 no decoder makes the microphone’s beeps of what a tap on the router gets', async () => {
    const { ann, heard } = talk;
    const bare = heard.sounds.map((sound) =>
      sound.subarray(decodeFrameHeader(sound).length, -TAG_BYTES),
    );
    for (const sounds of [heard.sounds, bare.filter(({ length }) => length > 0)]) {
      const sound = await listenTo(ann, sounds);
      expect(areBeeps(sound), JSON.stringify(sound)).toBe(false);
      expect(sound.errors).toBeGreaterThan(0);
    }
  });

  test('G39 the link’s secret, names and words are neither in frames nor in the log', () => {
    const { link, heard, server } = talk;
    const secret = link.split('#')[1] ?? '';
    expect(secret).toHaveLength(43);
    const carried = [...heard.frames.map(({ data }) => data), ...heard.sounds];
    for (const word of [secret, CANARY, ...NAMES]) {
      const spellings = [
        Buffer.from(word),
        Buffer.from(Buffer.from(word).toString('base64url')),
        ...(word === secret ? [Buffer.from(word, 'base64url')] : []),
      ];
      for (const spelling of spellings) {
        expect(carried.filter((bytes) => bytes.includes(spelling))).toEqual([]);
        expect(server.logLines.filter((line) => Buffer.from(line).includes(spelling))).toEqual([]);
      }
    }
    for (const { name, complaints } of [talk.ann, talk.bob])
      expect({ name, complaints }).toEqual({ name, complaints: [] });
  });
});
