// Somebody in a meeting, each in a window of their own: what they press, and what they see and hear.
import type { Browser, BrowserContext, Page } from 'puppeteer';
import {
  framesIn,
  gapsInLog,
  haveNoDevices,
  linkSecret,
  loudest,
  namesInLog,
  paintScreen,
  rememberLog,
  rememberShares,
  rememberSockets,
  useCamera,
  widthIn,
} from './in-page.ts';
import { rememberWords, rememberWorkers, wordsSaid } from './in-page-encryption.ts';
import { until } from './until.ts';

/** Enough to tell a stream from a single late frame. */
const FRAMES = 15;
/** About two seconds at 48 kHz: the fake microphone beeps once a second. */
const BUFFERS = 24;
/** Root mean square; the fake microphone's beep is far above, a muted stream is exactly silent. */
const AUDIBLE = 0.01;

const CAMERAS = {
  /** Two cores carry about four of these. */
  small: [320, 180],
  /** Large enough for three layers of simulcast. */
  large: [960, 540],
} as const;

/** Wide, as screens are, and little for two cores to encode. */
const SCREEN = [640, 360] as const;

/** What the browser itself says of the tests' own meter, and of a server that a test ends. */
const EXPECTED = ['ScriptProcessorNode', 'WebSocket connection to'];

const byTestId = (testId: string): string => `[data-testid="${testId}"]`;

const withoutFragment = (link: string): string => {
  const url = new URL(link);
  url.hash = '';
  return url.href;
};

export class Person {
  readonly name: string;
  readonly page: Page;
  /** What the page's scripts threw or warned of. */
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;

  private constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name;
    this.#context = context;
    this.page = page;
  }

  static async arrive(
    browser: Browser,
    name: string,
    devices: keyof typeof CAMERAS | 'none' = 'small',
  ): Promise<Person> {
    const context = await browser.createBrowserContext();
    // Firefox paints nothing in a tab behind another one.
    const page = await context.newPage({ type: 'window' });
    await page.setViewport({ width: 900, height: 600 });
    if (devices === 'none') await page.evaluateOnNewDocument(haveNoDevices);
    else await page.evaluateOnNewDocument(useCamera, ...CAMERAS[devices]);
    if (/^firefox/i.test(await browser.version())) {
      await page.evaluateOnNewDocument(paintScreen, ...SCREEN);
    }
    await page.evaluateOnNewDocument(rememberShares);
    await page.evaluateOnNewDocument(rememberSockets);
    await page.evaluateOnNewDocument(rememberLog);
    await page.evaluateOnNewDocument(rememberWorkers);
    await page.evaluateOnNewDocument(rememberWords);
    const person = new Person(name, context, page);
    page.on('pageerror', (error) => person.complaints.push(String(error)));
    page.on('console', (message) => {
      if (EXPECTED.some((text) => message.text().includes(text))) return;
      if (['error', 'warn'].includes(message.type())) person.complaints.push(message.text());
    });
    return person;
  }

  /** Opens a new meeting, up to its lobby, and gives its link. */
  async makeMeeting(url: string): Promise<string> {
    await this.page.goto(url);
    await this.press('new-meeting');
    await this.page.waitForSelector(byTestId('join'));
    return this.link();
  }

  /** To the meeting that this person is in, or in the lobby of. */
  async link(): Promise<string> {
    const secret = await this.page.evaluate(linkSecret);
    const url = this.page.url();
    return secret === null ? url : `${withoutFragment(url)}#${secret}`;
  }

  /** Whoever is in that meeting's lobby already stays there. */
  async join(link: string): Promise<void> {
    if (withoutFragment(this.page.url()) !== withoutFragment(link)) await this.page.goto(link);
    await this.enter();
  }

  async fillIn(): Promise<void> {
    const field = await this.page.waitForSelector(byTestId('display-name'));
    await field?.click({ count: 3 });
    await field?.type(this.name);
  }

  /** From the lobby into the meeting. */
  async enter(): Promise<void> {
    await this.fillIn();
    await this.press('join');
    await this.page.waitForSelector(byTestId('leave'));
  }

  async press(testId: string): Promise<void> {
    await this.page.waitForSelector(byTestId(testId));
    await this.page.click(byTestId(testId));
  }

  /** As the server knows this person. */
  async peerId(): Promise<string> {
    await this.page.waitForSelector(`${byTestId('self-tile')}[data-peer]`);
    return this.page.$eval(byTestId('self-tile'), (tile) => tile.getAttribute('data-peer') ?? '');
  }

  tile(peerId: string): string {
    return `${byTestId('tile')}[data-peer="${peerId}"]`;
  }

  screenTile(peerId: string): string {
    return `${byTestId('screen-tile')}[data-peer="${peerId}"]`;
  }

  async tileCount(): Promise<number> {
    return (await this.page.$$(byTestId('tile'))).length;
  }

  /** That many new frames are decoded in that tile. */
  async seesFramesIn(tile: string, wanted = FRAMES): Promise<void> {
    const before = (await this.page.evaluate(framesIn, tile)) ?? 0;
    await until(
      `${this.name} sees frames in ${tile}`,
      () => this.page.evaluate(framesIn, tile),
      // A video that came anew counts from 0.
      (frames) => frames !== null && (frames < before ? frames : frames - before) >= wanted,
    );
  }

  /** As shown in the tile. */
  async nameIn(tile: string): Promise<string> {
    return this.page.$eval(tile, (element) => element.textContent ?? '');
  }

  /** All that the page said to the server since it was loaded. */
  wordsSaid(): Promise<string> {
    return this.page.evaluate(wordsSaid);
  }

  gapsInTheLog(): Promise<string[]> {
    return this.page.evaluate(gapsInLog);
  }

  /** Names of the events that the server told this page since it was loaded. */
  eventsHeard(): Promise<string[]> {
    return this.page.evaluate(namesInLog);
  }

  /** The server told this page of that event so often since it was loaded. */
  async heardTimes(event: string, times: number): Promise<void> {
    await until(
      `${this.name} heard ${event} ${times} times`,
      async () => (await this.eventsHeard()).filter((name) => name === event).length,
      (count) => count >= times,
    );
  }

  async seesWidthIn(tile: string, isRight: (width: number) => boolean): Promise<void> {
    await until(
      `${this.name} sees a picture of the right width in ${tile}`,
      () => this.page.evaluate(widthIn, tile),
      (width) => width !== null && isRight(width),
    );
  }

  async seesNoVideoIn(tile: string): Promise<void> {
    await until(
      `${this.name} sees no video in ${tile}`,
      () => this.page.evaluate(framesIn, tile),
      (frames) => frames === null,
    );
  }

  async hears(peerId: string): Promise<void> {
    await until(
      `${this.name} hears ${peerId}`,
      () => this.#loudest(peerId),
      (level) => level !== null && level >= AUDIBLE,
    );
  }

  async hearsNothingOf(peerId: string): Promise<void> {
    await until(
      `${this.name} does not hear ${peerId}`,
      () => this.#loudest(peerId),
      (level) => level === null || level < AUDIBLE / 10,
    );
  }

  /** The selector finds something. */
  async finds(selector: string): Promise<void> {
    await this.page.waitForSelector(selector, { timeout: 60_000 });
  }

  async findsNo(selector: string): Promise<void> {
    await until(
      `${this.name} finds no ${selector}`,
      async () => (await this.page.$$(selector)).length,
      (count) => count === 0,
    );
  }

  /** Connections to the server since the page was loaded. */
  async hasConnected(times: number): Promise<void> {
    await this.finds(`html[data-test-sockets="${times}"]`);
  }

  /** Something that in-page.ts listens to. */
  async dispatch(type: 'test:stop-sharing' | 'test:drop-sockets'): Promise<void> {
    await this.page.evaluate((name) => document.dispatchEvent(new Event(name)), type);
  }

  /** May be called twice. */
  async close(): Promise<void> {
    if (this.#context.closed) return;
    await this.#context.close();
  }

  #loudest(peerId: string): Promise<number | null> {
    const selector = `audio[data-peer="${peerId}"][data-source="mic"]`;
    return this.page.evaluate(loudest, selector, BUFFERS, AUDIBLE);
  }
}
