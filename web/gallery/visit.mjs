// What the tests of the views share: a browser before the gallery, a fresh window for each test, and
// that no page complains.
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { bundleGallery, launchBrowser, serveGallery } from './serve.mjs';

export const byTestId = (testId) => `[data-testid="${testId}"]`;

/** Call it at the top of a test file; `page` and `open` are there while a test runs. */
export const visitGallery = () => {
  let server;
  let browser;
  let context;
  let complaints;
  const visit = { page: undefined };

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
    visit.page = await context.newPage();
    visit.page.on('console', (message) => complaints.push(message.text()));
    visit.page.on('pageerror', (error) => complaints.push(String(error)));
    await visit.page.setViewport({ width: 1280, height: 800 });
  });

  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  /** `key`: what stands behind `#`; left out, what the scene has there. */
  visit.open = async (scene, key) => {
    const asked = key === undefined ? '' : `&key=${key}`;
    await visit.page.goto(`${server.url}/?scene=${scene}${asked}`);
    await visit.page.waitForSelector('body[data-ready]');
  };
  return visit;
};
