// The secret of a meeting link, from the address bar to the tab's storage, seen in a browser.
import { describe, expect, test } from 'vitest';
import { byTestId, visitGallery } from './visit.mjs';

const ROOM = 'gallery-gallery-gallery-';
const OTHER_ROOM = 'another-another-another-';
const SECRET = 'zjh9Xgopct6p5RKaUqw7jVik0YD8nuzllG2SZkOj0sA';
const OTHER_SECRET = `${'B'.repeat(42)}A`;

const visit = visitGallery();

const stored = (room = ROOM) =>
  visit.page.evaluate((key) => sessionStorage.getItem(key), `sotto.link.${room}`);
const address = () => visit.page.evaluate(() => location.pathname + location.hash);
const give = async (field, text) => {
  await visit.page.$eval(byTestId(field), (input) => input.select());
  await visit.page.type(byTestId(field), text);
  await visit.page.click(byTestId(`${field}-submit`));
};
const origin = () => visit.page.evaluate(() => location.origin);

describe('a link’s secret', () => {
  test('leaves the address bar, and the tab keeps it', async () => {
    await visit.open('lobby');
    expect(await address()).toBe(`/m/${ROOM}`);
    expect(await stored()).toBe(SECRET);
  });

  test('outlives a reload, though the call takes that for a leave', async () => {
    await visit.open('three');
    await visit.open('three', '');
    await visit.page.waitForSelector(byTestId('leave'));
    expect(await stored()).toBe(SECRET);
  });

  test('is forgotten by the tab after leaving, and brings one back in all the same', async () => {
    await visit.open('three');
    await visit.page.click(byTestId('leave'));
    await visit.page.waitForSelector(byTestId('rejoin'));
    await expect.poll(() => stored()).toBe(null);
    await visit.page.click(byTestId('rejoin'));
    await visit.page.waitForSelector(byTestId('leave'));
    await expect.poll(() => stored()).toBe(SECRET);
  });

  test('is in what invites others', async () => {
    await visit.open('people');
    const link = `${await origin()}/m/${ROOM}#${SECRET}`;
    const shown = await visit.page.$eval(byTestId('invite-link'), (field) => field.value);
    expect(shown).toBe(link);
  });

  test('that is pasted in the middle of a call changes nothing of it', async () => {
    await visit.open('people');
    await visit.page.evaluate((secret) => (location.hash = secret), OTHER_SECRET);
    await expect.poll(address).toBe(`/m/${ROOM}`);
    await visit.page.waitForSelector(byTestId('leave'));
    const shown = await visit.page.$eval(byTestId('invite-link'), (field) => field.value);
    expect(shown.endsWith(SECRET)).toBe(true);
  });
});

describe('a link without its secret', () => {
  test.each(['', 'top', SECRET.slice(1), `${'A'.repeat(42)}B`])('(%j) asks for it', async (key) => {
    await visit.open('lobby', key);
    await visit.page.waitForSelector(byTestId('meeting-key'));
    expect(await address()).toBe(`/m/${ROOM}`);
    expect(await stored()).toBe(null);
  });

  test('takes the key, and says what is none', async () => {
    await visit.open('meeting-key');
    await give('meeting-key', 'hello');
    await visit.page.waitForSelector(`${byTestId('meeting-key')}[aria-invalid="true"]`);
    await visit.page.waitForSelector('::-p-text(That is no meeting key)');
    await give('meeting-key', SECRET);
    await visit.page.waitForSelector(byTestId('join'));
    expect(await stored()).toBe(SECRET);
  });

  test('takes a whole link, also to another meeting', async () => {
    await visit.open('meeting-key');
    await give('meeting-key', `${await origin()}/m/${OTHER_ROOM}#${OTHER_SECRET}`);
    await visit.page.waitForSelector(byTestId('join'));
    expect(await address()).toBe(`/m/${OTHER_ROOM}`);
    expect(await stored(OTHER_ROOM)).toBe(OTHER_SECRET);
    expect(await stored()).toBe(null);
  });

  test('takes what is pasted into the address bar', async () => {
    await visit.open('meeting-key');
    await visit.page.evaluate((secret) => (location.hash = secret), SECRET);
    await visit.page.waitForSelector(byTestId('join'));
    expect(await address()).toBe(`/m/${ROOM}`);
  });
});

test('a key that fits no meeting can be given anew', async () => {
  await visit.open('room-not-found');
  await visit.page.click(byTestId('other-key'));
  await visit.page.waitForSelector(byTestId('meeting-key'));
});

describe('the start page', () => {
  test('takes a link with its secret, which shows in no address', async () => {
    await visit.open('home');
    await give('room-link', `${await origin()}/m/${OTHER_ROOM}#${OTHER_SECRET}`);
    await visit.page.waitForSelector(byTestId('join'));
    expect(await address()).toBe(`/m/${OTHER_ROOM}`);
    expect(await stored(OTHER_ROOM)).toBe(OTHER_SECRET);
  });

  test('leads a bare code to where the key is asked for', async () => {
    await visit.open('home');
    await give('room-link', OTHER_ROOM);
    await visit.page.waitForSelector(byTestId('meeting-key'));
  });

  test('opens a meeting with a secret of its own, of which the server gets a hash', async () => {
    await visit.page.evaluateOnNewDocument((roomId) => {
      globalThis.asked = [];
      globalThis.fetch = async (url, init) => {
        globalThis.asked.push({ url, method: init.method, body: init.body });
        return new Response(JSON.stringify({ roomId }), { status: 201 });
      };
    }, OTHER_ROOM);
    await visit.open('home');
    await visit.page.click(byTestId('new-meeting'));
    await visit.page.waitForSelector(byTestId('join'));
    const secret = await stored(OTHER_ROOM);
    const asked = await visit.page.evaluate(() => globalThis.asked);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ url: '/api/rooms', method: 'POST' });
    const { joinHash, ...rest } = JSON.parse(asked[0].body);
    expect(rest).toEqual({});
    for (const text of [joinHash, secret]) expect(text).toMatch(/^[\w-]{43}$/);
    expect(joinHash).not.toBe(secret);
    expect(await address()).toBe(`/m/${OTHER_ROOM}`);
  });
});
