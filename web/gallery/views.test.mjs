// What the views promise, seen in a browser over a made-up call: stable, reachable by keys.
import { describe, expect, test } from 'vitest';
import { byTestId, visitGallery } from './visit.mjs';

const visit = visitGallery();

const count = (selector) => visit.page.$$eval(selector, (elements) => elements.length);
const focused = () =>
  visit.page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
const boxOf = (selector) =>
  visit.page.$eval(selector, (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
  });

const inHalf = (half) =>
  visit.page.waitForFunction(
    ({ selector, half }) => {
      const { y, height } = document.querySelector(selector).getBoundingClientRect();
      return (y + height / 2 < innerHeight / 2 ? 'top' : 'bottom') === half;
    },
    {},
    { selector: byTestId('self-tile'), half },
  );

const pressed = (testId, value) =>
  visit.page.waitForSelector(`${byTestId(testId)}[aria-pressed="${value}"]`);

describe('tiles', () => {
  test('keep their video elements when people come, go and share', async () => {
    await visit.open('three');
    await visit.page.waitForFunction(
      () => document.querySelectorAll('video[data-ready]').length === 3,
    );
    await visit.page.evaluate(() => {
      globalThis.before = [...document.querySelectorAll('.tile video')];
    });
    const same = () =>
      visit.page.evaluate(() =>
        globalThis.before.every((video) => video.isConnected && !video.paused),
      );

    await visit.page.evaluate(() => {
      const { call, fakePeer } = globalThis.gallery;
      call.state.peers.value = [...call.state.peers.value, fakePeer(5)];
    });
    await visit.page.waitForFunction(() => document.querySelectorAll('.tile').length === 4);
    expect(await same()).toBe(true);

    await visit.page.evaluate(() => {
      const { call } = globalThis.gallery;
      const [first, ...others] = call.state.peers.value;
      call.state.peers.value = [{ ...first, screenOn: true }, ...others];
    });
    await visit.page.waitForSelector(byTestId('screen-tile'));
    expect(await same()).toBe(true);

    await visit.page.evaluate(() => {
      const { state } = globalThis.gallery.call;
      state.peers.value = state.peers.value
        .slice(0, 2)
        .map((peer) => ({ ...peer, screenOn: false }));
    });
    await visit.page.waitForFunction(() => document.querySelectorAll('.tile').length === 3);
    expect(await same()).toBe(true);
  });

  test('have a video only while it is on and has arrived', async () => {
    await visit.open('two-no-camera');
    expect(await count('video')).toBe(0);
    expect(await visit.page.$eval(byTestId('tile'), (tile) => tile.dataset.muted)).toBe('true');
  });

  test('name one speaker at most', async () => {
    await visit.open('seven');
    expect(await count('.tile[data-speaking="true"]')).toBe(1);
  });

  test('tell the call what is visible, page by page, and nothing of oneself', async () => {
    await visit.open('forty');
    const visible = (number) =>
      visit.page.waitForFunction(
        (wanted) => document.body.dataset.visible === wanted,
        {},
        `${number}`,
      );
    await visible(24);
    await visit.page.keyboard.press('ArrowRight');
    await visible(15);
    await visit.page.keyboard.press('ArrowRight');
    await visit.page.keyboard.press('ArrowLeft');
    await visible(24);
  });
});

describe('the floating own picture', () => {
  test('goes to another corner by arrow keys', async () => {
    await visit.open('two');
    await inHalf('bottom');
    await visit.page.focus(byTestId('self-tile'));
    await visit.page.keyboard.press('ArrowUp');
    await inHalf('top');
    await visit.page.keyboard.press('ArrowDown');
    await inHalf('bottom');
  });

  test('stays in the corner that it is dragged to', async () => {
    await visit.open('two');
    const { x, y, width, height } = await boxOf(byTestId('self-tile'));
    await visit.page.mouse.move(x + width / 2, y + height / 2);
    await visit.page.mouse.down();
    await visit.page.mouse.move(x - 200, 300, { steps: 3 });
    await visit.page.mouse.move(200, 100, { steps: 3 });
    await visit.page.mouse.up();
    await visit.page.waitForFunction(
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
    await visit.open('three');
    await visit.page.keyboard.press('m');
    await pressed('toggle-mic', false);
    await visit.page.keyboard.press('v');
    await pressed('toggle-camera', false);
    await visit.page.keyboard.press('m');
    await pressed('toggle-mic', true);
  });

  test('Space talks for as long as it is held, also after a click on the switch', async () => {
    await visit.open('three');
    await visit.page.click(byTestId('toggle-mic'));
    await pressed('toggle-mic', false);
    await visit.page.keyboard.down('Space');
    await pressed('toggle-mic', true);
    await visit.page.keyboard.up('Space');
    await pressed('toggle-mic', false);
  });

  test('letters in a field are letters', async () => {
    await visit.open('lobby');
    await visit.page.type(byTestId('display-name'), 'mv');
    expect(await visit.page.$eval(byTestId('display-name'), (field) => field.value)).toBe('mv');
    await pressed('toggle-mic', true);
  });

  test('Enter in the name joins, and the name is remembered', async () => {
    await visit.open('lobby');
    await visit.page.type(byTestId('display-name'), 'Ada');
    await visit.page.keyboard.press('Enter');
    await visit.page.waitForSelector(byTestId('connection'));
    await visit.open('lobby');
    expect(await visit.page.$eval(byTestId('display-name'), (field) => field.value)).toBe('Ada');
  });

  test('P opens the people, Escape closes them, and focus goes back', async () => {
    await visit.open('three');
    await visit.page.focus(byTestId('toggle-people'));
    await visit.page.keyboard.press('p');
    await visit.page.waitForSelector(byTestId('people-panel'));
    await visit.page.keyboard.press('Escape');
    await visit.page.waitForSelector(byTestId('people-panel'), { hidden: true });
    await visit.page.waitForFunction(
      () => document.activeElement?.dataset.testid === 'toggle-people',
    );
  });

  test('? opens the help, Escape closes it, and focus goes back', async () => {
    await visit.open('three');
    await visit.page.focus(byTestId('leave'));
    await visit.page.keyboard.press('?');
    await visit.page.waitForSelector(`${byTestId('keyboard-help')}[open]`);
    await visit.page.keyboard.press('Escape');
    await visit.page.waitForSelector(`${byTestId('keyboard-help')}:not([open])`);
    expect(await focused()).toBe('leave');
  });
});

const toastWith = (text) => visit.page.waitForSelector(`.toast ::-p-text(${text})`);

describe('notices', () => {
  test('who talks while muted is told so, and how to be heard', async () => {
    await visit.open('three');
    await visit.page.keyboard.press('m');
    await pressed('toggle-mic', false);
    expect(await count('.toast')).toBe(0);
    await visit.page.evaluate(() => {
      const { state } = globalThis.gallery.call;
      let turn = 0;
      setInterval(() => (state.micLevel.value = 0.6 + ++turn / 1000), 50);
    });
    await toastWith('You’re muted');
  });

  test('the same trouble can be told again', async () => {
    await visit.open('three');
    for (let time = 0; time < 2; time++) {
      await visit.page.evaluate(() => {
        const { notice } = globalThis.gallery.call.state;
        notice.value = null;
        notice.value = 'share-refused';
      });
      await toastWith('Your screen isn’t shared');
      await visit.page.click('.toast button');
      await visit.page.waitForSelector('.toast', { hidden: true });
    }
  });
});

const said = (text) => visit.page.waitForSelector(`${byTestId('announcer')} ::-p-text(${text})`);

describe('a screen reader', () => {
  test('hears that one is in, and who comes and goes', async () => {
    await visit.open('three');
    await said('You joined. 2 people here.');
    await visit.page.evaluate(() => {
      const { call, fakePeer } = globalThis.gallery;
      call.state.peers.value = [...call.state.peers.value, fakePeer(7)];
    });
    await said('Grace joined');
    await visit.page.evaluate(() => {
      const { state } = globalThis.gallery.call;
      state.peers.value = state.peers.value.slice(1);
    });
    await said('Ada Lovelace left');
  });
});

describe('controls', () => {
  test('give the call the whole screen, and take it back', async () => {
    await visit.open('three');
    const choose = async () => {
      await visit.page.click(byTestId('more'));
      await visit.page.click(byTestId('full-screen'));
    };
    const isFull = (wanted) =>
      visit.page.waitForFunction(
        (full) => (document.fullscreenElement !== null) === full,
        {},
        wanted,
      );
    await choose();
    await isFull(true);
    await choose();
    await isFull(false);
  });

  test('step back when the mouse rests, and come back when it moves', async () => {
    await visit.open('three');
    await visit.page.mouse.move(300, 300);
    await visit.page.waitForSelector('.call[data-idle]');
    await visit.page.mouse.move(320, 320);
    await visit.page.waitForSelector('.call:not([data-idle])');
  });

  test('a name that is missing is asked for, and joining waits for it', async () => {
    await visit.open('lobby');
    await visit.page.click(byTestId('join'));
    await visit.page.waitForSelector(`${byTestId('display-name')}[aria-invalid="true"]`);
    expect(await focused()).toBe('display-name');
  });

  test('leaving ends with the way back in', async () => {
    await visit.open('three');
    await visit.page.click(byTestId('leave'));
    await visit.page.waitForSelector(byTestId('rejoin'));
    await visit.page.click(byTestId('rejoin'));
    await visit.page.waitForSelector(byTestId('leave'));
  });

  test('what cannot be a meeting link is said to be none', async () => {
    await visit.open('home');
    await visit.page.type(byTestId('room-link'), 'hello');
    await visit.page.keyboard.press('Enter');
    await visit.page.waitForSelector(`${byTestId('room-link')}[aria-invalid="true"]`);
  });
});
