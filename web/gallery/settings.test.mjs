// What a device remembers, seen in a browser over a made-up call.
import { describe, expect, test } from 'vitest';
import { byTestId, visitGallery } from './visit.mjs';

const visit = visitGallery();

const keptKeys = () => visit.page.evaluate(() => Object.keys(localStorage));
const ground = () => visit.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const mirrored = (value) =>
  visit.page.waitForFunction(
    (wanted) => {
      const video = document.querySelector('.preview video, [data-testid="self-tile"] video');
      return video !== null && (video.dataset.mirrored === 'true') === wanted;
    },
    {},
    value,
  );

describe('settings', () => {
  test('of the own picture: a mirror, or not, there and the next time', async () => {
    await visit.open('settings');
    await mirrored(true);
    await visit.page.focus(byTestId('mirror'));
    await visit.page.keyboard.press('Space');
    await mirrored(false);
    await visit.open('lobby');
    await mirrored(false);
  });

  test('of the theme: at once and the next time, and a call stays dark', async () => {
    await visit.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
    await visit.open('home');
    const light = await ground();
    await visit.page.select(byTestId('choose-theme'), 'dark');
    await expect.poll(ground).not.toBe(light);
    await visit.open('lobby');
    await expect.poll(ground).not.toBe(light);
    await visit.open('settings');
    await visit.page.select(byTestId('choose-theme'), 'light');
    const panel = await visit.page.$eval('.panel', (element) => getComputedStyle(element).color);
    await expect.poll(ground).toBe(light);
    await visit.page.select(byTestId('choose-theme'), 'dark');
    await expect.poll(ground).not.toBe(light);
    expect(await visit.page.$eval('.panel', (element) => getComputedStyle(element).color)).toBe(
      panel,
    );
  });

  test('of devices: used at once, and asked for the next time', async () => {
    await visit.open('settings');
    await visit.page.select(byTestId('choose-microphone'), 'm2');
    const used = () => visit.page.evaluate(() => globalThis.gallery.call.state.microphoneId.value);
    await expect.poll(used).toBe('m2');
    await visit.open('lobby');
    await expect.poll(used).toBe('m2');
    const shown = await visit.page.$eval(byTestId('choose-microphone'), (menu) => menu.value);
    expect(shown).toBe('m2');
  });

  test('are all that is stored', async () => {
    await visit.open('lobby');
    await visit.page.type(byTestId('display-name'), 'Ada');
    await visit.page.keyboard.press('Enter');
    await visit.page.waitForSelector(byTestId('leave'));
    expect(await keptKeys()).toEqual(['sotto.settings']);
    // And the link's secret, until one leaves (link.test.mjs).
    const inTab = await visit.page.evaluate(() => Object.keys(sessionStorage));
    expect(inTab).toEqual(['sotto.link.gallery-gallery-gallery-']);
    const databases = await visit.page.evaluate(() => indexedDB.databases());
    expect(databases).toEqual([]);
    expect(await visit.page.evaluate(() => document.cookie)).toBe('');
  });
});
