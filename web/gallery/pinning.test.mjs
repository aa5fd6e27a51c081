// Somebody on the stage because the person wants to see them, seen in a browser over a made-up call.
import { describe, expect, test } from 'vitest';
import { byTestId, visitGallery } from './visit.mjs';

const visit = visitGallery();

const count = (selector) => visit.page.$$eval(selector, (elements) => elements.length);
const pinOf = (number) => `${byTestId('tile')}:nth-of-type(${number}) ${byTestId('pin')}`;
const placeOf = (peer, place) =>
  visit.page.waitForSelector(`${byTestId('tile')}[data-peer="${peer}"][data-place="${place}"]`);
/** Of the picture that is asked for, in device pixels. */
const askedWidth = (peer, isRight) =>
  visit.page.waitForFunction(
    ({ peer, wide }) => {
      const tiles = JSON.parse(document.body.dataset.tiles ?? '[]');
      const width = tiles.find(({ peerId }) => peerId === peer)?.widthPx;
      return width !== undefined && width > 640 === wide;
    },
    {},
    { peer, wide: isRight === 'large' },
  );

describe('pinning', () => {
  test('puts somebody on the stage by keyboard, asks for them large, and keeps focus', async () => {
    await visit.open('seven');
    const pin = await visit.page.waitForSelector(pinOf(3));
    const peer = await pin.evaluate((button) => button.closest('.tile').dataset.peer);
    await askedWidth(peer, 'small');
    await pin.focus();
    await visit.page.keyboard.press('Enter');
    await placeOf(peer, 'stage');
    await askedWidth(peer, 'large');
    expect(await pin.evaluate((button) => button.ariaPressed)).toBe('true');
    expect(await pin.evaluate((button) => button === document.activeElement)).toBe(true);
    await visit.page.keyboard.press('Space');
    await placeOf(peer, 'grid');
    await askedWidth(peer, 'small');
  });

  test('goes by the people panel too, also over a shared screen', async () => {
    await visit.open('share-seven');
    await visit.page.keyboard.press('p');
    const panel = byTestId('people-panel');
    await visit.page.waitForSelector(panel);
    const pins = await visit.page.$$(`${panel} ${byTestId('pin')}`);
    expect(pins).toHaveLength(7);
    await pins[0].focus();
    await visit.page.keyboard.press('Enter');
    await visit.page.waitForSelector(`${byTestId('self-tile')}[data-place="stage"]`);
    await visit.page.waitForSelector(`${byTestId('screen-tile')}[data-place="strip"]`);
    await visit.page.waitForSelector(
      `${byTestId('self-tile')} ${byTestId('pin')}[aria-pressed="true"]`,
    );
  });

  test('is not offered to a pair', async () => {
    await visit.open('two');
    await visit.page.waitForSelector(byTestId('tile'));
    expect(await count(byTestId('pin'))).toBe(0);
  });
});
