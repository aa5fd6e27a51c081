// Chat, raised hands and reactions, seen in a browser over a made-up call.
import { describe, expect, test } from 'vitest';
import { byTestId, visitGallery } from './visit.mjs';

const visit = visitGallery();

const MESSAGE = byTestId('chat-message');
const INPUT = byTestId('chat-input');

const messages = () =>
  visit.page.$$eval(MESSAGE, (all) =>
    all.map((message) => ({
      text: message.querySelector('.message-text').textContent,
      own: message.dataset.own === 'true',
      state: message.dataset.state,
    })),
  );
const arrive = (id, text, name = 'Ada Lovelace') =>
  visit.page.evaluate(
    (message) => {
      const { chat } = globalThis.gallery.call.state;
      chat.value = [...chat.value, message];
    },
    { id, peerId: 'peer1'.padEnd(16, 'x'), name, text, at: 0, isOwn: false, state: 'sent' },
  );
const openChat = async (scene) => {
  await visit.open(scene);
  await visit.page.click(byTestId('toggle-chat'));
  await visit.page.waitForSelector(INPUT);
};
const value = () => visit.page.$eval(INPUT, (field) => field.value);
const unread = () =>
  visit.page.$eval(byTestId('toggle-chat'), (button) => button.textContent.trim());
const said = (testId, text) =>
  expect
    .poll(() => visit.page.$eval(byTestId(testId), (element) => element.textContent))
    .toBe(text);

describe('the chat', () => {
  test('sends by Enter, begins a line by Shift+Enter, and letters are letters', async () => {
    await openChat('three');
    await visit.page.type(INPUT, 'mvhc');
    await visit.page.keyboard.down('Shift');
    await visit.page.keyboard.press('Enter');
    await visit.page.keyboard.up('Shift');
    await visit.page.type(INPUT, 'two');
    await visit.page.keyboard.press('Enter');
    await expect.poll(messages).toEqual([{ text: 'mvhc\ntwo', own: true, state: 'sent' }]);
    expect(await value()).toBe('');
    await visit.page.keyboard.press('Enter');
    await visit.page.type(INPUT, '   ');
    await visit.page.keyboard.press('Enter');
    expect(await messages()).toHaveLength(1);
    expect(await visit.page.$(`${byTestId('toggle-mic')}[aria-pressed="true"]`)).not.toBe(null);
  });

  test('sends again what failed, once', async () => {
    await openChat('three');
    await visit.page.type(INPUT, 'this fails');
    await visit.page.keyboard.press('Enter');
    await visit.page.waitForSelector(`${MESSAGE}[data-state="failed"]`);
    await visit.page.click(byTestId('chat-retry'));
    await visit.page.waitForSelector(`${MESSAGE}[data-state="failed"]`);
    expect(await messages()).toEqual([{ text: 'this fails', own: true, state: 'failed' }]);
    const sent = await visit.page.evaluate(() => globalThis.gallery.call.state.chat.value.length);
    expect(sent).toBe(2);
  });

  test('refuses what is too long, counted in bytes, and keeps it', async () => {
    await openChat('three');
    const write = (text) =>
      visit.page.$eval(
        INPUT,
        (field, to) => {
          field.value = to;
          field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        },
        text,
      );
    const room = () => visit.page.$eval('.chat-room', (element) => element.textContent);
    await write('é'.repeat(2048));
    await expect.poll(room).toBe('0 left');
    await write('é'.repeat(2049));
    await expect.poll(room).toBe('Too long by 2');
    await visit.page.focus(INPUT);
    await visit.page.keyboard.press('Enter');
    await visit.page.click(byTestId('chat-send'));
    expect(await messages()).toEqual([]);
    expect(await value()).toHaveLength(2049);
    await write('é'.repeat(2048));
    await visit.page.focus(INPUT);
    await visit.page.keyboard.press('Enter');
    await expect.poll(async () => (await messages()).length).toBe(1);
  });

  test('shows text as text, and leads to the web alone', async () => {
    await openChat('three');
    await arrive(1, '<b>x</b> javascript:alert(1) https://example.org/a.');
    await visit.page.waitForSelector(MESSAGE);
    const links = await visit.page.$$eval(`${MESSAGE} a`, (all) =>
      all.map(({ href, target, rel }) => ({ href, target, rel })),
    );
    expect(links).toEqual([
      { href: 'https://example.org/a', target: '_blank', rel: 'noopener noreferrer' },
    ]);
    expect(await visit.page.$(`${MESSAGE} b`)).toBe(null);
  });

  test('counts what came while it was closed, tells it, and forgets it when opened', async () => {
    await visit.open('three');
    expect(await unread()).toBe('');
    await arrive(1, `Hello ${'long '.repeat(40)}`);
    await visit.page.waitForSelector('.toast ::-p-text(Ada Lovelace: Hello)');
    await arrive(2, 'Again');
    await expect.poll(unread).toBe('2');
    const toast = await visit.page.$eval('.toast p', (element) => element.textContent);
    expect(toast.length).toBeLessThan(110);
    await visit.page.keyboard.press('c');
    await visit.page.waitForSelector(INPUT);
    await expect.poll(unread).toBe('');
    await arrive(3, 'While open');
    await expect.poll(async () => (await messages()).length).toBe(3);
    expect(await visit.page.$('.toast ::-p-text(While open)')).toBe(null);
    await visit.page.keyboard.press('Escape');
    await visit.page.waitForSelector(byTestId('chat-panel'), { hidden: true });
    expect(await unread()).toBe('');
  });

  test('keeps what is being written while it is closed', async () => {
    await openChat('three');
    await visit.page.type(INPUT, 'half a sen');
    await visit.page.keyboard.press('Escape');
    await visit.page.waitForSelector(INPUT, { hidden: true });
    await visit.page.click(byTestId('toggle-chat'));
    await visit.page.waitForSelector(INPUT);
    expect(await value()).toBe('half a sen');
  });

  test('follows the newest message, unless one reads further up', async () => {
    await openChat('three');
    for (let id = 1; id <= 30; id++) await arrive(id, `message ${id}`);
    const fromEnd = () =>
      visit.page.$eval('.chat-log', (log) =>
        Math.round(log.scrollHeight - log.clientHeight - log.scrollTop),
      );
    await expect.poll(fromEnd).toBe(0);
    await visit.page.$eval('.chat-log', (log) => (log.scrollTop = 0));
    await visit.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    await arrive(31, 'newest');
    await expect.poll(async () => (await messages()).length).toBe(31);
    expect(await visit.page.$eval('.chat-log', (log) => log.scrollTop)).toBe(0);
  });
});

describe('a hand', () => {
  test('goes up and down by H, and shows on the own tile', async () => {
    await visit.open('three');
    const mark = `${byTestId('self-tile')} ${byTestId('hand-mark')}`;
    await visit.page.keyboard.press('h');
    await visit.page.waitForSelector(mark);
    await visit.page.waitForSelector(`${byTestId('toggle-hand')}[aria-pressed="true"]`);
    await visit.page.keyboard.press('h');
    await visit.page.waitForSelector(mark, { hidden: true });
  });

  test('of somebody else is on their tile, and is said', async () => {
    await visit.open('three');
    await visit.page.evaluate(() => {
      const { state } = globalThis.gallery.call;
      const [first, ...others] = state.peers.value;
      state.peers.value = [{ ...first, handRaisedAt: 5 }, ...others];
    });
    await visit.page.waitForSelector(`${byTestId('tile')} ${byTestId('hand-mark')}`);
    await said('announcer-hands', 'Ada Lovelace raised a hand');
  });

  test('is in the menu where the bar is short', async () => {
    await visit.page.setViewport({ width: 360, height: 640 });
    await visit.open('three');
    expect(await visit.page.$$(byTestId('toggle-hand'))).toHaveLength(1);
    await visit.page.click(byTestId('more'));
    await visit.page.click(byTestId('toggle-hand'));
    await visit.page.waitForSelector(`${byTestId('self-tile')} ${byTestId('hand-mark')}`);
  });
});

describe('a reaction', () => {
  test('is chosen from its menu, and floats over the own tile', async () => {
    await visit.open('three');
    await visit.page.click(byTestId('reactions'));
    await visit.page.click(byTestId('react-👏'));
    const shown = await visit.page.waitForSelector(
      `${byTestId('self-tile')} ${byTestId('reaction')}`,
    );
    expect(await shown.evaluate((element) => element.textContent)).toBe('👏');
    expect(await visit.page.$('.menu:popover-open')).toBe(null);
  });

  test('of somebody else floats over their tile, goes, and is said', async () => {
    await visit.open('three');
    await visit.page.evaluate(() => {
      const { state } = globalThis.gallery.call;
      const { peerId } = state.peers.value[1];
      state.reactions.value = [{ id: 1, peerId, symbol: '🎉' }];
    });
    const reaction = byTestId('reaction');
    await visit.page.waitForSelector(`${byTestId('tile')}:nth-of-type(3) ${reaction}`);
    await said('announcer-reactions', 'Bảo Trân Nguyễn: Celebration');
    await visit.page.evaluate(() => (globalThis.gallery.call.state.reactions.value = []));
    await visit.page.waitForSelector(reaction, { hidden: true });
  });
});

test('the bar fits the narrowest phone', async () => {
  await visit.page.setViewport({ width: 360, height: 640 });
  await visit.open('three');
  const outside = await visit.page.$$eval('.bar button', (buttons) =>
    buttons
      .filter((button) => button.checkVisibility())
      .map((button) => button.getBoundingClientRect())
      .filter(
        ({ left, right, width, height }) => left < 0 || right > 360 || width < 44 || height < 44,
      ),
  );
  expect(outside).toEqual([]);
});
