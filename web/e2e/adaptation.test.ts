// What people choose about their media reaches what is sent and received, through the real server.
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, launchFirefox, startServer, type TestServer } from './harness.ts';
import {
  copied,
  layersSent,
  received,
  rememberCopies,
  suppressesNoise,
  turnPage,
} from './in-page-adaptation.ts';
import { rememberConnections } from './in-page-media.ts';
import { Person } from './person.ts';
import { until } from './until.ts';

/** About two seconds of sound. */
const SOUND_PACKETS = 100;

let server: TestServer;
let chromium: Browser;

beforeAll(async () => {
  server = await startServer({ CALL_MODE: 'sfu-only' });
  chromium = await launchBrowser();
});

afterAll(async () => {
  await chromium?.close();
  await server?.close();
});

const arrive = async (
  browser: Browser,
  name: string,
  devices: 'small' | 'large' | 'none',
): Promise<Person> => {
  const person = await Person.arrive(browser, name, devices);
  await person.page.evaluateOnNewDocument(rememberConnections);
  await person.page.evaluateOnNewDocument(rememberCopies);
  return person;
};

const openSettings = async (person: Person): Promise<void> => {
  await person.press('more');
  await person.press('settings');
  await person.finds('[data-testid="settings-panel"]');
};

const choose = async (person: Person, setting: string, value: string): Promise<void> => {
  await openSettings(person);
  await person.page.select(`[data-testid="${setting}"]`, value);
  await person.page.keyboard.press('Escape');
  await person.findsNo('[data-testid="settings-panel"]');
};

const turn = async (person: Person, setting: string): Promise<void> => {
  await openSettings(person);
  await person.press(setting);
  await person.page.keyboard.press('Escape');
  await person.findsNo('[data-testid="settings-panel"]');
};

/** While so much sound came, so many packets of pictures. */
const picturesDuringSound = async (person: Person): Promise<number> => {
  const before = await person.page.evaluate(received);
  const after = await until(
    `${person.name} hears`,
    () => person.page.evaluate(received),
    ({ audio }) => audio >= before.audio + SOUND_PACKETS,
  );
  return after.video - before.video;
};

const receivesNoPictures = (person: Person): Promise<number> =>
  until(
    `${person.name} receives no pictures`,
    () => picturesDuringSound(person),
    (packets) => packets === 0,
  );

const receivesPictures = (person: Person): Promise<number> =>
  until(
    `${person.name} receives pictures`,
    () => picturesDuringSound(person),
    (packets) => packets > 0,
  );

const sendsLayers = (person: Person, wanted: readonly boolean[]): Promise<boolean[][]> =>
  until(
    `${person.name} sends ${String(wanted)}`,
    () => person.page.evaluate(layersSent),
    (senders) => senders.some((layers) => String(layers) === String(wanted)),
  );

describe('a camera of 960×540', () => {
  let ann: Person;
  let bob: Person;
  let annId: string;
  let tile: string;

  beforeAll(async () => {
    ann = await arrive(chromium, 'Ann', 'large');
    bob = await arrive(chromium, 'Bob', 'none');
    const link = await ann.makeMeeting(server.url);
    await ann.join(link);
    await bob.join(link);
    annId = await ann.peerId();
    tile = bob.tile(annId);
    await bob.seesWidthIn(tile, (width) => width > 320);
  });

  afterAll(async () => {
    for (const person of [ann, bob]) await person?.close();
  });

  test('M6 a preset bounds what the others receive, and no longer than it is chosen', async () => {
    await sendsLayers(ann, [true, true, true]);
    await choose(ann, 'setting-video-quality', 'low');
    await sendsLayers(ann, [true, false, false]);
    await bob.seesWidthIn(tile, (width) => width <= 320);
    await bob.seesFramesIn(tile);
    await choose(ann, 'setting-video-quality', 'standard');
    await sendsLayers(ann, [true, true, false]);
    await bob.seesWidthIn(tile, (width) => width > 320 && width <= 640);
    await choose(ann, 'setting-video-quality', 'auto');
    await sendsLayers(ann, [true, true, true]);
    await bob.seesFramesIn(tile);
  });

  test('M6 a bandwidth limit bounds the layer that one receives', async () => {
    await bob.seesWidthIn(tile, (width) => width > 320);
    await choose(bob, 'setting-bandwidth', '250');
    await bob.seesWidthIn(tile, (width) => width <= 240);
    await bob.seesFramesIn(tile);
    await choose(bob, 'setting-bandwidth', 'null');
    await bob.seesWidthIn(tile, (width) => width > 320);
  });

  test('a bandwidth limit bounds what one sends', async () => {
    await choose(ann, 'setting-bandwidth', '250');
    await sendsLayers(ann, [true, false, false]);
    await choose(ann, 'setting-bandwidth', 'null');
    await sendsLayers(ann, [true, true, true]);
  });

  test('with audio only no camera is received, and a shared screen is', async () => {
    await turn(bob, 'setting-audio-only');
    await receivesNoPictures(bob);
    await bob.findsNo(`${tile} video`);
    await bob.hears(annId);
    await ann.press('toggle-screen');
    await bob.seesFramesIn(bob.screenTile(annId));
    await ann.press('toggle-screen');
    await bob.findsNo(bob.screenTile(annId));
    await turn(bob, 'setting-audio-only');
    await bob.seesFramesIn(tile);
  });

  test('a page that nobody sees receives no cameras until it is seen again', async () => {
    await receivesPictures(bob);
    await bob.page.evaluate(turnPage, 'hidden');
    await receivesNoPictures(bob);
    await bob.page.evaluate(turnPage, 'visible');
    await bob.seesFramesIn(tile);
  });

  test('noise suppression goes off in the microphone that is sent, and the sound goes on', async () => {
    expect(await ann.page.evaluate(suppressesNoise)).toBe(true);
    await turn(ann, 'setting-noise');
    await until(
      'noise is sent',
      () => ann.page.evaluate(suppressesNoise),
      (suppressed) => suppressed === false,
    );
    await bob.hears(annId);
  });

  test('the details tell what is sent and received, and their text nothing of who and where', async () => {
    await bob.press('more');
    await bob.press('details-open');
    await bob.finds('[data-testid="details-connection"][data-path="sfu"][data-state="connected"]');
    for (const source of ['mic', 'cam']) {
      await bob.finds(
        `[data-testid="details-stream"][data-direction="receive"][data-source="${source}"]`,
      );
    }
    const text = await until(
      'the text tells of a picture',
      async () => {
        await bob.press('details-copy');
        return bob.page.evaluate(copied);
      },
      (all) => /^receive cam of person 1 \(sfu\): VP8, \d+×\d+, .*kb\/s/m.test(all),
    );
    expect(text).toMatch(/^connection sfu receive: connected, (host|prflx) → host, (udp|tcp)/m);
    expect(text).toMatch(/^receive mic of person 1 \(sfu\): opus, /m);
    expect(text).toMatch(/^encryption epoch: \d+$/m);
    const secrets = [
      'Ann',
      'Bob',
      annId,
      await bob.peerId(),
      '127.0.0.1',
      new URL(server.url).port,
    ];
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/\d+\.\d+\.\d+\.\d+|[0-9a-f]*::[0-9a-f]+/);
    await bob.page.keyboard.press('Escape');
  });

  test('no page had anything to complain of', () => {
    for (const { name, complaints } of [ann, bob])
      expect({ name, complaints }).toEqual({ name, complaints: [] });
  });
});

describe('a camera of 320×180', () => {
  test('M6 goes in one size, and arrives as large as it is', async () => {
    const ann = await arrive(chromium, 'Ann', 'small');
    const bob = await arrive(chromium, 'Bob', 'none');
    try {
      const link = await ann.makeMeeting(server.url);
      await ann.join(link);
      await bob.join(link);
      await sendsLayers(ann, [true, false, false]);
      const tile = bob.tile(await ann.peerId());
      await bob.page.setViewport({ width: 320, height: 480 });
      await bob.seesWidthIn(tile, (width) => width === 320);
      await bob.seesFramesIn(tile);
    } finally {
      await ann.close();
      await bob.close();
    }
  });
});

describe('Firefox', () => {
  let firefox: Browser;

  beforeAll(async () => {
    firefox = await launchFirefox();
  });

  afterAll(async () => {
    await firefox?.close();
  });

  test('M6 a preset bounds what it sends, and its details tell so', async () => {
    const fox = await arrive(firefox, 'Fox', 'large');
    const bob = await arrive(chromium, 'Bob', 'none');
    try {
      const link = await fox.makeMeeting(server.url);
      await fox.join(link);
      await bob.join(link);
      const tile = bob.tile(await fox.peerId());
      await bob.seesWidthIn(tile, (width) => width > 320);
      await choose(fox, 'setting-video-quality', 'low');
      await bob.seesWidthIn(tile, (width) => width <= 320);
      await bob.seesFramesIn(tile);
      await fox.press('more');
      await fox.press('details-open');
      for (const source of ['mic', 'cam']) {
        await fox.finds(
          `[data-testid="details-stream"][data-direction="send"][data-source="${source}"]`,
        );
      }
    } finally {
      await fox.close();
      await bob.close();
    }
  });
});
