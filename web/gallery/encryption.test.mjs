// What people see of keys: the shield, tiles that cannot be decrypted, who is in the group.
import { describe, expect, test } from 'vitest';
import { byTestId, visitGallery } from './visit.mjs';

const visit = visitGallery();

const textOf = (selector) => visit.page.$eval(selector, (element) => element.textContent);
const count = (selector) => visit.page.$$eval(selector, (elements) => elements.length);
const code = () => textOf(byTestId('safety-code'));
const CODE = /^\d{5}(?: \d{5}){5}$/;
const shieldIs = (state) =>
  visit.page.waitForSelector(`${byTestId('shield')}[data-state="${state}"]`);
/** Puts the call into another group state. */
const group = (changes) =>
  visit.page.evaluate((to) => {
    const { call, fakeGroup } = globalThis.gallery;
    call.state.group.value = { ...fakeGroup(call.state), ...to };
  }, changes);

describe('the shield', () => {
  test('opens and closes by keyboard, and focus goes back', async () => {
    await visit.open('three');
    await visit.page.focus(byTestId('shield'));
    await visit.page.keyboard.press('Enter');
    await expect.poll(code).toMatch(CODE);
    await visit.page.keyboard.press('Escape');
    await visit.page.waitForSelector(`${byTestId('shield-card')}:not(:popover-open)`);
    const focused = await visit.page.evaluate(() => document.activeElement?.dataset.testid);
    expect(focused).toBe('shield');
  });

  test('computes the code when it is looked at, and again with every epoch', async () => {
    await visit.open('three');
    await visit.page.evaluate(() => {
      const { call } = globalThis.gallery;
      const { safetyCode } = call;
      globalThis.computed = 0;
      call.safetyCode = () => {
        globalThis.computed++;
        return safetyCode();
      };
    });
    const computed = () => visit.page.evaluate(() => globalThis.computed);
    await group({ epoch: 8 });
    expect(await computed()).toBe(0);
    await visit.page.click(byTestId('shield'));
    await expect.poll(code).toMatch(CODE);
    const before = await code();
    await group({ epoch: 9 });
    await expect.poll(computed).toBe(2);
    await expect.poll(code).toMatch(CODE);
    expect(await code()).not.toBe(before);
    await group({ epoch: 9, comparison: 'compared' });
    await shieldIs('compared');
    expect(await computed()).toBe(2);
  });

  test('knows that the codes were compared, and who came since', async () => {
    await visit.open('three');
    await shieldIs('not-compared');
    await visit.page.click(byTestId('shield'));
    await visit.page.waitForSelector(`${byTestId('mark-compared')}:not(:disabled)`);
    await visit.page.click(byTestId('mark-compared'));
    await shieldIs('compared');
    expect(await count(byTestId('mark-compared'))).toBe(0);
    await group({ comparison: 'joined-since', newcomers: ['Lars', 'Grace'] });
    await shieldIs('joined-since');
    expect(await textOf(byTestId('comparison'))).toBe(
      '2 people joined after you compared: Lars, Grace',
    );
    const label = await visit.page.$eval(byTestId('shield'), (shield) => shield.ariaLabel);
    expect(label).toContain('2 people joined after you compared');
  });

  test('offers nothing to compare without a group', async () => {
    await visit.open('shield-none');
    await shieldIs('trouble');
    expect(await count(byTestId('safety-code'))).toBe(0);
    expect(await count(byTestId('mark-compared'))).toBe(0);
  });

  test.each([
    [{ kind: 'created', names: [] }, 'New group'],
    [{ kind: 'joined', names: ['Ada', 'Lars'] }, 'Ada and Lars joined'],
    [{ kind: 'left', names: ['Ada'] }, 'Ada left'],
    [{ kind: 'rejoined', names: ['Ada'] }, 'Ada came back'],
    [{ kind: 'refreshed', names: [] }, 'Keys renewed'],
  ])('says what changed the code: %j', async (change, words) => {
    await visit.open('shield-new');
    await group({ change: { ...change, at: 0 } });
    await expect.poll(() => textOf(byTestId('shield-change'))).toContain(words);
  });
});

const tile = (number) => `${byTestId('tile')}:nth-of-type(${number})`;
const opacity = (selector) =>
  visit.page.$eval(selector, (element) => getComputedStyle(element).opacity);

describe('a tile', () => {
  test('has a mark exactly while its frames are not well', async () => {
    await visit.open('keys');
    const states = await visit.page.$$eval(byTestId('tile'), (tiles) =>
      tiles.map((element) => [
        element.dataset.encryption,
        element.querySelectorAll('[data-testid="key-mark"]').length,
      ]),
    );
    expect(states).toEqual([
      ['failed', 1],
      ['waiting', 1],
      ['failed', 1],
      ['waiting', 1],
      ['ok', 0],
      ['waiting', 1],
    ]);
    await visit.page.waitForSelector(`${byTestId('self-tile')}[data-encryption="failed"]`);
  });

  test('never shows what cannot be decrypted, and says so over it', async () => {
    await visit.open('keys');
    await expect.poll(() => opacity(`${tile(2)} video`)).toBe('0');
    expect(await textOf(tile(2))).toContain('This video can’t be decrypted; getting a new key');
    await visit.page.evaluate(() => {
      const { state } = globalThis.gallery.call;
      state.peers.value = state.peers.value.map((peer) => ({ ...peer, encryption: 'ok' }));
    });
    await expect.poll(() => opacity(`${tile(2)} video`)).toBe('1');
    expect(await count(`${byTestId('tile')} ${byTestId('key-mark')}`)).toBe(0);
  });

  test('of a screen says the same of the screen', async () => {
    await visit.open('keys-share');
    const failed = `${byTestId('screen-tile')}[data-encryption="failed"]`;
    await expect.poll(() => opacity(`${failed} video`)).toBe('0');
    expect(await textOf(failed)).toContain('This screen can’t be decrypted');
    const waiting = `${byTestId('screen-tile')}[data-encryption="waiting"]`;
    expect(await textOf(waiting)).toContain('Waiting for the key…');
  });

  test('shows its mark’s words on focus', async () => {
    await visit.open('keys');
    const mark = `${tile(2)} ${byTestId('key-mark')}`;
    await visit.page.focus(mark);
    await visit.page.waitForFunction(
      (selector) =>
        getComputedStyle(document.querySelector(selector), '::after').visibility === 'visible',
      {},
      mark,
    );
  });

  test('of somebody whom the group has not let in bears no name of the server’s', async () => {
    await visit.open('no-welcome');
    const labels = await visit.page.$$eval(byTestId('tile'), (tiles) =>
      tiles.map((element) => element.ariaLabel),
    );
    expect(labels).toEqual(['Joining…', 'Joining…', 'Joining…']);
  });
});

describe('people', () => {
  test('with raised hands come first, in the order in which they went up', async () => {
    await visit.open('hands-people');
    const panel = byTestId('people-panel');
    const hands = await visit.page.$$eval(`${panel} .people [data-hand] bdi`, (names) =>
      names.map((name) => name.textContent),
    );
    expect(hands).toEqual([
      'Mira Sørensen (you)',
      'Dörte Freifrau von Schaumburg-Lippe-Biesterfeld',
      'فاطمة الزهراء',
      'Bảo Trân Nguyễn',
    ]);
  });

  test('whom the server does not announce are shown, apart', async () => {
    await visit.open('hands-people');
    const names = await visit.page.$$eval(`${byTestId('not-announced')} bdi`, (all) =>
      all.map((name) => name.textContent),
    );
    expect(names).toEqual(['Mallory', 'محمد']);
    await visit.open('people');
    expect(await count(byTestId('not-announced'))).toBe(0);
  });
});

describe('trouble with keys', () => {
  test.each(['no-welcome', 'cannot-follow', 'put-out'])('%s is in the status line', async (why) => {
    await visit.open(why);
    await visit.page.waitForSelector(`${byTestId('connection')}[data-key-trouble="${why}"]`);
    expect(await textOf(byTestId('connection'))).not.toBe('');
  });

  test('waits its turn behind a lost connection', async () => {
    await visit.open('no-welcome');
    await visit.page.evaluate(
      () => (globalThis.gallery.call.state.connection.value = 'reconnecting'),
    );
    await expect.poll(() => textOf(byTestId('connection'))).toBe('Reconnecting…');
  });

  test('that stopped a stream is told', async () => {
    await visit.open('leak-stopped');
    await visit.page.waitForSelector('.toast ::-p-text(without encryption)');
  });
});
