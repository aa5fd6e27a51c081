// What the views promise, seen in a browser over a made-up call: accessible, stable, reachable by keys.
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bundleGallery, launchBrowser, serveGallery } from './serve.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let server;
let browser;
let context;
let page;
let complaints;

beforeAll(async () => {
  server = await serveGallery(await bundleGallery());
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

beforeEach(async () => {
  complaints = [];
  context = await browser.createBrowserContext();
  page = await context.newPage();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.setViewport({ width: 1280, height: 800 });
});

afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
});

const open = async (scene) => {
  await page.goto(`${server.url}/?scene=${scene}`);
  await page.waitForSelector('body[data-ready]');
};

const byTestId = (testId) => `[data-testid="${testId}"]`;
const count = (selector) => page.$$eval(selector, (elements) => elements.length);
const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
const boxOf = (selector) =>
  page.$eval(selector, (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
  });

const inHalf = (half) =>
  page.waitForFunction(
    ({ selector, half }) => {
      const { y, height } = document.querySelector(selector).getBoundingClientRect();
      return (y + height / 2 < innerHeight / 2 ? 'top' : 'bottom') === half;
    },
    {},
    { selector: byTestId('self-tile'), half },
  );

const pressed = (testId, value) =>
  page.waitForSelector(`${byTestId(testId)}[aria-pressed="${value}"]`);

const SCENES = (
  'home lobby lobby-denied alone two seven forty share-seven own-share ' +
  'people settings menu keyboard trouble after unreachable'
).split(' ');

describe.each(['light', 'dark'])('accessible in the %s scheme', (scheme) => {
  test.each(SCENES)('%s', async (scene) => {
    await page.setBypassCSP(true);
    await page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value: scheme },
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ]);
    await open(scene);
    await page.addScriptTag({ path: AXE });
    const violations = await page.evaluate(async () => {
      const { violations } = await globalThis.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      });
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`,
      );
    });
    expect(violations).toEqual([]);
  });
});

describe('tiles', () => {
  test('keep their video elements when people come, go and share', async () => {
    await open('three');
    await page.waitForFunction(() => document.querySelectorAll('video[data-ready]').length === 3);
    await page.evaluate(() => {
      globalThis.before = [...document.querySelectorAll('.tile video')];
    });
    const same = () =>
      page.evaluate(() => globalThis.before.every((video) => video.isConnected && !video.paused));

    await page.evaluate(() => {
      const { call, fakePeer } = globalThis.gallery;
      call.state.peers.value = [...call.state.peers.value, fakePeer(5)];
    });
    await page.waitForFunction(() => document.querySelectorAll('.tile').length === 4);
    expect(await same()).toBe(true);

    await page.evaluate(() => {
      const { call } = globalThis.gallery;
      const [first, ...others] = call.state.peers.value;
      call.state.peers.value = [{ ...first, screenOn: true }, ...others];
    });
    await page.waitForSelector(byTestId('screen-tile'));
    expect(await same()).toBe(true);

    await page.evaluate(() => {
      const { state } = globalThis.gallery.call;
      state.peers.value = state.peers.value
        .slice(0, 2)
        .map((peer) => ({ ...peer, screenOn: false }));
    });
    await page.waitForFunction(() => document.querySelectorAll('.tile').length === 3);
    expect(await same()).toBe(true);
  });

  test('have a video only while it is on and has arrived', async () => {
    await open('two-no-camera');
    expect(await count('video')).toBe(0);
    expect(await page.$eval(byTestId('tile'), (tile) => tile.dataset.muted)).toBe('true');
  });

  test('name one speaker at most', async () => {
    await open('seven');
    expect(await count('.tile[data-speaking="true"]')).toBe(1);
  });

  test('tell the call what is visible, page by page, and nothing of oneself', async () => {
    await open('forty');
    const visible = (number) =>
      page.waitForFunction((wanted) => document.body.dataset.visible === wanted, {}, `${number}`);
    await visible(24);
    await page.keyboard.press('ArrowRight');
    await visible(15);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await visible(24);
  });
});

describe('the floating own picture', () => {
  test('goes to another corner by arrow keys', async () => {
    await open('two');
    await inHalf('bottom');
    await page.focus(byTestId('self-tile'));
    await page.keyboard.press('ArrowUp');
    await inHalf('top');
    await page.keyboard.press('ArrowDown');
    await inHalf('bottom');
  });

  test('stays in the corner that it is dragged to', async () => {
    await open('two');
    const { x, y, width, height } = await boxOf(byTestId('self-tile'));
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x - 200, 300, { steps: 3 });
    await page.mouse.move(200, 100, { steps: 3 });
    await page.mouse.up();
    await page.waitForFunction(
      (selector) => {
        const box = document.querySelector(selector).getBoundingClientRect();
        return box.x < 40 && box.y < 60;
      },
      {},
      byTestId('self-tile'),
    );
  });
});

describe('keys', () => {
  test('M and V switch microphone and camera', async () => {
    await open('three');
    await page.keyboard.press('m');
    await pressed('toggle-mic', false);
    await page.keyboard.press('v');
    await pressed('toggle-camera', false);
    await page.keyboard.press('m');
    await pressed('toggle-mic', true);
  });

  test('Space talks for as long as it is held, also after a click on the switch', async () => {
    await open('three');
    await page.click(byTestId('toggle-mic'));
    await pressed('toggle-mic', false);
    await page.keyboard.down('Space');
    await pressed('toggle-mic', true);
    await page.keyboard.up('Space');
    await pressed('toggle-mic', false);
  });

  test('letters in a field are letters', async () => {
    await open('lobby');
    await page.type(byTestId('display-name'), 'mv');
    expect(await page.$eval(byTestId('display-name'), (field) => field.value)).toBe('mv');
    await pressed('toggle-mic', true);
  });

  test('Enter in the name joins, and the name is remembered', async () => {
    await open('lobby');
    await page.type(byTestId('display-name'), 'Ada');
    await page.keyboard.press('Enter');
    await page.waitForSelector(byTestId('connection'));
    await open('lobby');
    expect(await page.$eval(byTestId('display-name'), (field) => field.value)).toBe('Ada');
  });

  test('P opens the people, Escape closes them, and focus goes back', async () => {
    await open('three');
    await page.focus(byTestId('toggle-people'));
    await page.keyboard.press('p');
    await page.waitForSelector(byTestId('people-panel'));
    await page.keyboard.press('Escape');
    await page.waitForSelector(byTestId('people-panel'), { hidden: true });
    await page.waitForFunction(() => document.activeElement?.dataset.testid === 'toggle-people');
  });

  test('? opens the help, Escape closes it, and focus goes back', async () => {
    await open('three');
    await page.focus(byTestId('leave'));
    await page.keyboard.press('?');
    await page.waitForSelector(`${byTestId('keyboard-help')}[open]`);
    await page.keyboard.press('Escape');
    await page.waitForSelector(`${byTestId('keyboard-help')}:not([open])`);
    expect(await focused()).toBe('leave');
  });
});

describe('controls', () => {
  test('step back when the mouse rests, and come back when it moves', async () => {
    await open('three');
    await page.mouse.move(300, 300);
    await page.waitForSelector('.call[data-idle]');
    await page.mouse.move(320, 320);
    await page.waitForSelector('.call:not([data-idle])');
  });

  test('a name that is missing is asked for, and joining waits for it', async () => {
    await open('lobby');
    await page.click(byTestId('join'));
    await page.waitForSelector(`${byTestId('display-name')}[aria-invalid="true"]`);
    expect(await focused()).toBe('display-name');
  });

  test('leaving ends with the way back in', async () => {
    await open('three');
    await page.click(byTestId('leave'));
    await page.waitForSelector(byTestId('rejoin'));
    await page.click(byTestId('rejoin'));
    await page.waitForSelector(byTestId('leave'));
  });

  test('what cannot be a meeting link is said to be none', async () => {
    await open('home');
    await page.type(byTestId('room-link'), 'hello');
    await page.keyboard.press('Enter');
    await page.waitForSelector(`${byTestId('room-link')}[aria-invalid="true"]`);
  });
});
