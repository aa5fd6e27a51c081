// Ways into a meeting that lead nowhere, or not all the way: what the page says, in real browsers.
import type { Browser } from 'puppeteer';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchBrowser, startServer, type TestServer } from './harness.ts';
import { outliveSession, speakAnotherProtocol } from './in-page.ts';
import { Person } from './person.ts';
import { until } from './until.ts';

let server: TestServer;
let browser: Browser;
let ann: Person;

beforeAll(async () => {
  server = await startServer();
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

beforeEach(async () => {
  ann = await Person.arrive(browser, 'Ann');
});

afterEach(async () => {
  await ann.close();
});

test('a link to no meeting says so at once, and offers a new one', async () => {
  await ann.page.goto(`${server.url}/m/${'a'.repeat(24)}#${'A'.repeat(43)}`);
  await ann.finds('main.outcome ::-p-text(This link opens no meeting)');
  await ann.press('new-meeting');
  await ann.finds('[data-testid="join"]');
});

test('without TLS nobody joins, and the page says what to do', async () => {
  const url = new URL(server.url);
  url.hostname = 'sotto.test';
  // Without TLS the browser tells its kind only in this line, and headless it does not say Chrome.
  const userAgent = (await browser.userAgent()).replace('Headless', '');
  await ann.page.setUserAgent({ userAgent });
  await ann.page.goto(url.href);
  expect(await ann.page.evaluate(() => isSecureContext)).toBe(false);
  await ann.press('new-meeting');
  await ann.finds('[data-problem="insecure-context"] ::-p-text(Open this address with https://)');
  await ann.fillIn();
  await ann.press('join');
  await ann.finds('main.outcome ::-p-text(This page isn’t secure)');
  await ann.findsNo('[data-testid="leave"]');
});

test('J2 a page that the server has outgrown reloads by itself, once', async () => {
  const link = await ann.makeMeeting(server.url);
  await ann.page.evaluateOnNewDocument(speakAnotherProtocol);
  // A reload by hand would be taken for the page's own.
  await ann.page.goto('about:blank');
  await ann.page.goto(link);
  const loadedAt = () => ann.page.evaluate(() => performance.timeOrigin);
  const before = await loadedAt();
  await ann.fillIn();
  await ann.press('join');
  await until(
    'the page was reloaded',
    () => loadedAt().catch(() => before),
    (at) => at !== before,
  );
  await ann.fillIn();
  await ann.press('join');
  await ann.finds('[data-testid="reload"]');
});

test('who was away longer than the session lasts is back in the meeting by themselves', async () => {
  await ann.page.evaluateOnNewDocument(outliveSession);
  await ann.join(await ann.makeMeeting(server.url));
  const before = await ann.peerId();
  await ann.dispatch('test:drop-sockets');
  await until(
    'Ann is somebody new',
    () => ann.peerId(),
    (peerId) => peerId !== before,
  );
  await ann.finds('[data-testid="connection"][data-state="connected"]');
  await ann.press('toggle-mic');
  const bob = await Person.arrive(browser, 'Bob', 'none');
  try {
    await bob.join(await ann.link());
    await bob.finds(`${bob.tile(await ann.peerId())}[data-muted="true"]`);
    await bob.seesFramesIn(bob.tile(await ann.peerId()));
  } finally {
    await bob.close();
  }
});
