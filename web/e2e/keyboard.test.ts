// A whole meeting by keyboard alone, in a real browser over the real server: no mouse is touched.
import type { Browser, KeyInput } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, startServer, type TestServer } from './harness.ts';
import { Person } from './person.ts';

/** No screen of the page has more places for the focus. */
const MOST_TABS = 60;

let server: TestServer;
let browser: Browser;
let ann: Person;
let bob: Person;
let cat: Person;

beforeAll(async () => {
  server = await startServer();
  browser = await launchBrowser();
  ann = await Person.arrive(browser, 'Ann');
  bob = await Person.arrive(browser, 'Bob', 'none');
  cat = await Person.arrive(browser, 'Cat', 'none');
  await ann.page.evaluateOnNewDocument(() => {
    for (const type of ['pointerdown', 'mousedown', 'touchstart'])
      addEventListener(type, () => console.error(`${type} in a meeting by keyboard`), true);
  });
});

afterAll(async () => {
  for (const person of [ann, bob, cat]) await person?.close();
  await browser?.close();
  await server?.close();
});

const byTestId = (testId: string): string => `[data-testid="${testId}"]`;

const press = async (...keys: readonly KeyInput[]): Promise<void> => {
  for (const key of keys) await ann.page.keyboard.press(key);
};

const isFocused = (selector: string): Promise<boolean> =>
  ann.page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);

/** By Tab, from wherever the focus is; and one sees that it is there. */
const tabTo = async (selector: string): Promise<void> => {
  await ann.finds(selector);
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    if (await isFocused(selector)) {
      expect(await isFocused(':focus-visible')).toBe(true);
      return;
    }
    await press('Tab');
  }
  throw new Error(`Tab does not come to ${selector}`);
};

const focusIsOn = (selector: string): Promise<unknown> =>
  ann.page.waitForFunction((wanted) => document.activeElement?.matches(wanted), {}, selector);

test('from the start page into a meeting', async () => {
  await ann.page.goto(server.url);
  await tabTo(byTestId('new-meeting'));
  await press('Enter');
  await tabTo(byTestId('toggle-camera'));
  await press('Space');
  await ann.finds(`${byTestId('toggle-camera')}[aria-pressed="false"]`);
  await press('Space');
  await tabTo(byTestId('display-name'));
  await ann.page.keyboard.type('Ann');
  await press('Enter');
  await ann.finds(byTestId('leave'));
  const link = await ann.link();
  await Promise.all([bob.join(link), cat.join(link)]);
  await bob.seesFramesIn(bob.tile(await ann.peerId()));
});

test('microphone and camera, by their buttons and by their keys', async () => {
  const own = bob.tile(await ann.peerId());
  await tabTo(byTestId('toggle-mic'));
  await press('Enter');
  await bob.finds(`${own}[data-muted="true"]`);
  await press('m');
  await bob.finds(`${own}[data-muted="false"]`);
  await tabTo(byTestId('toggle-camera'));
  await press('Space');
  await bob.seesNoVideoIn(own);
  await press('v');
  await bob.seesFramesIn(own);
});

test('the people, and one of them on the stage', async () => {
  const panel = byTestId('people-panel');
  await tabTo(byTestId('toggle-people'));
  await press('Enter');
  await focusIsOn(`${panel} h2`);
  const catId = await cat.peerId();
  await tabTo(`${panel} ${byTestId('pin')}[aria-label="Pin Cat to the stage"]`);
  await press('Enter');
  await ann.finds(`${ann.tile(catId)}[data-place="stage"]`);
  await press('Escape');
  await ann.findsNo(panel);
  await focusIsOn(byTestId('toggle-people'));
  await tabTo(`${ann.tile(catId)} ${byTestId('pin')}`);
  await press('Space');
  await ann.finds(`${ann.tile(catId)}[data-place="grid"]`);
});

test('another microphone, and no mirror, in the settings', async () => {
  const panel = byTestId('settings-panel');
  await tabTo(byTestId('more'));
  await press('Enter');
  await tabTo(byTestId('settings'));
  await press('Enter');
  await focusIsOn(`${panel} h2`);
  const menu = byTestId('choose-microphone');
  const chosen = () => ann.page.$eval(menu, (select) => select.getAttribute('data-chosen'));
  const before = await chosen();
  await tabTo(menu);
  await press('ArrowDown');
  await ann.finds(`${menu}:not([data-chosen="${before}"])`);
  await bob.hears(await ann.peerId());
  await tabTo(byTestId('mirror'));
  await press('Space');
  await ann.finds(`${byTestId('self-tile')} video:not([data-mirrored])`);
  await press('Escape');
  await ann.findsNo(panel);
  await focusIsOn(byTestId('more'));
});

test('the help', async () => {
  await press('?');
  await ann.finds(`${byTestId('keyboard-help')}[open]`);
  await press('Escape');
  await ann.finds(`${byTestId('keyboard-help')}:not([open])`);
});

test('a shared screen', async () => {
  const screen = bob.screenTile(await ann.peerId());
  await tabTo(byTestId('toggle-screen'));
  await press('Enter');
  await bob.seesFramesIn(screen);
  await press('s');
  await bob.findsNo(screen);
});

test('out, and in again', async () => {
  const before = await ann.peerId();
  await tabTo(byTestId('leave'));
  await press('Enter');
  await focusIsOn('h1');
  await bob.findsNo(bob.tile(before));
  await tabTo(byTestId('rejoin'));
  await press('Enter');
  await tabTo(byTestId('join'));
  await press('Enter');
  await ann.finds(byTestId('leave'));
  await bob.seesFramesIn(bob.tile(await ann.peerId()));
});

test('without a word of complaint, or a touch of the mouse', () => {
  expect(ann.complaints).toEqual([]);
});
