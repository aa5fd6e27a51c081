// What people see of how a call travels, and what they prefer of it, seen in a browser over a made-up
// call.
import { describe, expect, test } from 'vitest';
import { byTestId, visitGallery } from './visit.mjs';

const visit = visitGallery();

const textOf = (selector) => visit.page.$eval(selector, (element) => element.textContent);
const count = (selector) => visit.page.$$eval(selector, (elements) => elements.length);
const isChecked = (testId) => visit.page.$eval(byTestId(testId), (input) => input.checked);
const preferred = () => visit.page.evaluate(() => globalThis.gallery.call.preferred());
/** Writes signals of the call's state. */
const set = (changes) =>
  visit.page.evaluate((to) => {
    const { state } = globalThis.gallery.call;
    for (const [name, value] of Object.entries(to)) state[name].value = value;
  }, changes);
const fromMenu = async (testId) => {
  await visit.page.click(byTestId('more'));
  await visit.page.click(byTestId(testId));
};

const camera = (on) =>
  visit.page.waitForSelector(`${byTestId('toggle-camera')}[aria-pressed="${on}"]`);
const marks = (selector) =>
  visit.page.$$eval(selector, (tiles) =>
    tiles.map((tile) => [
      tile.dataset.quality ?? null,
      tile.querySelector('[data-testid="quality-mark"]')?.ariaLabel ?? null,
    ]),
  );
const cells = (row) =>
  visit.page.$$eval(row, (rows) =>
    rows.map((element) => [...element.children].map((cell) => cell.innerText.split('\n'))),
  );

describe('the mark of the mode', () => {
  const mark = byTestId('call-mode');
  const words = () => visit.page.$eval(mark, ({ ariaLabel, dataset }) => [dataset.tip, ariaLabel]);
  const DIRECT = 'Direct: this call goes straight from device to device.';
  const THROUGH = 'Through the server, which can’t see or hear it.';

  test.each([
    ['p2p', null, DIRECT],
    ['sfu', 'people', `${THROUGH} More than two people are here.`],
    ['sfu', 'address-hidden', `${THROUGH} Somebody hides their network address.`],
    ['sfu', 'not-connected', `${THROUGH} No direct way between your devices was found.`],
    ['sfu', 'server', `${THROUGH} This server carries every call.`],
  ])('says %s, %s', async (path, reason, said) => {
    await visit.open('two');
    await set({ callPath: { path, reason } });
    await visit.page.waitForSelector(`${mark}[data-mode="${path}"]`);
    await expect.poll(words).toEqual([said, said]);
  });

  test('shows its words on focus, and on a tap', async () => {
    await visit.open('two');
    const shown = () =>
      visit.page.$eval(mark, (button) => getComputedStyle(button, '::after').visibility);
    expect(await shown()).toBe('hidden');
    await visit.page.focus(mark);
    await expect.poll(shown).toBe('visible');
    await visit.page.evaluate(() => document.activeElement?.blur());
    await expect.poll(shown).toBe('hidden');
    await visit.page.tap(mark);
    await expect.poll(shown).toBe('visible');
  });

  test('is not there before joining, and moves nothing as it comes', async () => {
    await visit.open('lobby');
    expect(await count(mark)).toBe(0);
    await visit.open('two');
    const place = () =>
      visit.page.$eval('.elapsed', (element) => element.getBoundingClientRect().x);
    await visit.page.waitForSelector(mark);
    const before = await place();
    await set({ callPath: null });
    await visit.page.waitForSelector(mark, { hidden: true });
    expect(await place()).toBe(before);
  });
});

const CHANGED = {
  videoQuality: 'low',
  bandwidthLimitKbps: 500,
  audioOnly: true,
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
  hideAddress: true,
};
const SWITCHES = [
  'setting-audio-only',
  'setting-echo',
  'setting-noise',
  'setting-gain',
  'setting-hide-address',
];
const changeAll = async () => {
  await visit.page.select(byTestId('setting-video-quality'), 'low');
  await visit.page.select(byTestId('setting-bandwidth'), '500');
  for (const testId of SWITCHES) {
    await visit.page.focus(byTestId(testId));
    await visit.page.keyboard.press('Space');
  }
};

describe('preferences', () => {
  test('are told to the call at once, and the next time before it opens a device', async () => {
    await visit.open('settings');
    expect(await preferred()).toEqual({
      videoQuality: 'auto',
      bandwidthLimitKbps: null,
      audioOnly: false,
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      hideAddress: false,
    });
    await changeAll();
    await expect.poll(preferred).toEqual(CHANGED);
    await visit.open('lobby');
    const opened = await visit.page.evaluate(() => globalThis.gallery.call.openedWith());
    expect(opened).toEqual(CHANGED);
    await visit.open('settings');
    expect(await Promise.all(SWITCHES.map(isChecked))).toEqual([true, false, false, false, true]);
    const chosen = (testId) => visit.page.$eval(byTestId(testId), ({ value }) => value);
    expect(await chosen('setting-video-quality')).toBe('low');
    expect(await chosen('setting-bandwidth')).toBe('500');
    await visit.page.select(byTestId('setting-bandwidth'), 'null');
    await expect.poll(async () => (await preferred()).bandwidthLimitKbps).toBe(null);
  });

  test('can be changed before joining, and the address is hidden from the first moment', async () => {
    await visit.open('lobby');
    await visit.page.click(byTestId('lobby-settings'));
    await visit.page.waitForSelector(`${byTestId('lobby-settings-dialog')}[open]`);
    await changeAll();
    await expect.poll(preferred).toEqual(CHANGED);
    await visit.page.keyboard.press('Escape');
    await visit.page.waitForSelector(`${byTestId('lobby-settings-dialog')}:not([open])`);
    const focused = await visit.page.evaluate(() => document.activeElement?.dataset.testid);
    expect(focused).toBe('lobby-settings');
    await visit.page.type(byTestId('display-name'), 'Ada');
    await visit.page.keyboard.press('Enter');
    await visit.page.waitForSelector(`${byTestId('call-mode')}[data-mode="sfu"]`);
    const label = await visit.page.$eval(byTestId('call-mode'), (button) => button.ariaLabel);
    expect(label).toContain('You hide your network address.');
  });

  test('say what peer to peer shows to the other side', async () => {
    await visit.open('settings');
    const said = await visit.page.$eval(
      byTestId('setting-hide-address'),
      (input) => document.getElementById(input.getAttribute('aria-describedby')).textContent,
    );
    expect(said).toContain('the other person’s device then learns your network (IP) address');
  });

  test('are told once each, however often other settings change', async () => {
    await visit.open('settings');
    await visit.page.evaluate(() => {
      const { call } = globalThis.gallery;
      const { prefer } = call;
      globalThis.told = 0;
      call.prefer = (preferences) => {
        globalThis.told++;
        prefer(preferences);
      };
    });
    await visit.page.select(byTestId('choose-theme'), 'dark');
    await visit.page.select(byTestId('setting-video-quality'), 'high');
    await expect.poll(async () => (await preferred()).videoQuality).toBe('high');
    await visit.page.select(byTestId('choose-theme'), 'light');
    await visit.page.waitForSelector('[data-theme="light"]');
    expect(await visit.page.evaluate(() => globalThis.told)).toBe(1);
  });
});

describe('audio only', () => {
  test('turns the own camera off, shows nobody, and says why; off again, mine stays off', async () => {
    await visit.open('three');
    await camera(true);
    expect(await count(byTestId('audio-only-mark'))).toBe(0);
    await fromMenu('menu-audio-only');
    await camera(false);
    await visit.page.waitForSelector(byTestId('audio-only-mark'));
    await visit.page.waitForFunction(() => document.querySelectorAll('.tile video').length === 0);
    expect((await preferred()).audioOnly).toBe(true);
    await visit.page.click(byTestId('audio-only-mark'));
    await visit.page.waitForSelector(byTestId('audio-only-mark'), { hidden: true });
    await visit.page.waitForSelector(`${byTestId('tile')} video`);
    expect((await preferred()).audioOnly).toBe(false);
    await camera(false);
  });

  test('lets who turns the camera on again be seen', async () => {
    await visit.open('three');
    await fromMenu('menu-audio-only');
    await camera(false);
    await visit.page.keyboard.press('v');
    await camera(true);
    await visit.page.keyboard.press('m');
    await visit.page.waitForSelector(`${byTestId('toggle-mic')}[aria-pressed="false"]`);
    await camera(true);
    await visit.page.waitForSelector(byTestId('audio-only-mark'));
  });

  test('is kept: the next call begins without a camera, and says so', async () => {
    await visit.open('settings');
    await visit.page.focus(byTestId('setting-audio-only'));
    await visit.page.keyboard.press('Space');
    await camera(false);
    await visit.open('lobby');
    await camera(false);
    expect(await textOf('.preview-words')).toBe('Your camera is off: audio only');
  });
});

describe('the quality of a connection', () => {
  test('is on each tile, and a mark exactly while it is not good', async () => {
    await visit.open('quality');
    expect(await marks(byTestId('tile'))).toEqual([
      ['poor', 'Ada Lovelace’s connection is very weak'],
      ['fair', 'Bảo Trân Nguyễn’s connection is a little weak'],
      ['good', null],
      [null, null],
      ['poor', 'Elif Yılmaz’s connection is very weak'],
      ['fair', 'فاطمة الزهراء’s connection is a little weak'],
    ]);
    expect(await marks(byTestId('self-tile'))).toEqual([
      ['fair', 'Your connection is a little weak'],
    ]);
    await set({ ownQuality: 'good' });
    await expect.poll(() => marks(byTestId('self-tile'))).toEqual([['good', null]]);
  });

  test('tells fair from poor without colour', async () => {
    await visit.open('quality');
    const bars = await visit.page.$$eval(`${byTestId('quality-mark')} [data-bars] > svg`, (all) =>
      all.map((full) => [full.parentElement.dataset.bars, full.width.baseVal.value]),
    );
    const widths = (quality) =>
      new Set(bars.flatMap(([of, width]) => (of === quality ? width : [])));
    const [[fair], [poor]] = [widths('fair'), widths('poor')].map((all) => [...all]);
    expect(poor).toBeGreaterThan(0);
    expect(fair).toBeGreaterThan(poor);
  });

  test('says less where the connection is lost altogether', async () => {
    await visit.open('quality');
    await visit.page.evaluate(() => {
      const { state } = globalThis.gallery.call;
      const [first, ...others] = state.peers.value;
      state.peers.value = [{ ...first, connected: false }, ...others];
    });
    const lost = `${byTestId('tile')}:has(${byTestId('lost-mark')})`;
    await visit.page.waitForSelector(lost);
    expect(await marks(lost)).toEqual([['poor', null]]);
  });
});

describe('trouble with the network', () => {
  const line = byTestId('connection');

  test.each([
    ['weak-upload', 'Your connection is weak: others see your video reduced'],
    ['weak-download', 'Your connection is weak: video is reduced'],
    ['reconnecting-media', 'Looking for another way to the others…'],
  ])('%s is said in the status line, and goes', async (what, said) => {
    await visit.open('three');
    expect(await textOf(line)).toBe('');
    await set({ networkTrouble: what });
    await visit.page.waitForSelector(`${line}[role="status"][data-network-trouble="${what}"]`);
    expect(await textOf(line)).toBe(said);
    expect(await count('.toast')).toBe(0);
    await set({ connection: 'reconnecting' });
    await expect.poll(() => textOf(line)).toBe('Reconnecting…');
    await set({ connection: 'connected', networkTrouble: null });
    await expect.poll(() => textOf(line)).toBe('');
  });
});

describe('the details', () => {
  const panel = byTestId('details');

  test('are measured while they are open, and no longer', async () => {
    await visit.open('three');
    const measured = () =>
      visit.page.evaluate(() => globalThis.gallery.call.state.details.value !== null);
    expect(await measured()).toBe(false);
    await fromMenu('details-open');
    await visit.page.waitForSelector(panel);
    await expect.poll(measured).toBe(true);
    await visit.page.keyboard.press('Escape');
    await visit.page.waitForSelector(panel, { hidden: true });
    await expect.poll(measured).toBe(false);
    const focused = await visit.page.evaluate(() => document.activeElement?.dataset.testid);
    expect(focused).toBe('more');
  });

  test('give each connection and each stream with its figures, and the epoch', async () => {
    await visit.open('details-direct');
    await visit.page.waitForSelector(byTestId('details-connection'));
    expect(await textOf(byTestId('details-epoch'))).toBe('7');
    expect(await cells(byTestId('details-connection'))).toEqual([
      [['Direct', 'Connected'], ['udp', 'srflx → prflx'], ['18 ms'], ['2.5 Mbit/s']],
    ]);
    expect(await cells(byTestId('details-stream'))).toEqual([
      [['Camera', '1280 × 720 · 30 fps · VP8'], ['770 kbit/s'], ['0.4%'], ['5 ms']],
      [['Microphone', 'Opus'], ['32 kbit/s'], ['0.4%'], ['5 ms']],
      [['Camera', '1280 × 720 · 30 fps · VP8'], ['1.5 Mbit/s'], ['0%'], ['4 ms']],
      [['Microphone', 'Opus'], ['32 kbit/s'], ['0%'], ['4 ms']],
    ]);
    const heads = await visit.page.$$eval(`${panel} th`, (all) =>
      all.map((head) => [head.scope, head.innerText.split('\n')[0]]),
    );
    expect(heads).toEqual([
      ['col', 'Path'],
      ['col', 'Round trip'],
      ['col', 'Could send'],
      ['row', 'Direct'],
      ['col', 'Bitrate'],
      ['col', 'Loss'],
      ['col', 'Jitter'],
      ['rowgroup', 'You send'],
      ['row', 'Camera'],
      ['row', 'Microphone'],
      ['rowgroup', 'From Ada Lovelace'],
      ['row', 'Camera'],
      ['row', 'Microphone'],
    ]);
  });

  test('follow what is measured, and say what is not known', async () => {
    await visit.open('details-direct');
    await visit.page.evaluate(() => {
      const { details } = globalThis.gallery.call.state;
      const [camera] = details.value.streams;
      details.value = {
        ...details.value,
        epoch: 1234,
        connections: [
          ...details.value.connections,
          { ...details.value.connections[0], path: 'sfu', direction: 'send', state: 'connecting' },
        ],
        streams: [
          camera,
          { ...camera, path: 'sfu', codec: null, width: null, bitrateBps: null, jitterMs: null },
        ],
      };
    });
    await expect.poll(() => textOf(byTestId('details-epoch'))).toBe('1,234');
    expect((await cells(byTestId('details-connection'))).map(([name]) => name)).toEqual([
      ['Direct', 'Connected'],
      ['To server', 'Connecting'],
    ]);
    expect(await cells(byTestId('details-stream'))).toEqual([
      [['Camera', '1280 × 720 · 30 fps · VP8 · direct'], ['770 kbit/s'], ['0.4%'], ['5 ms']],
      [['Camera', '30 fps · server'], ['–', 'not known'], ['0.4%'], ['–', 'not known']],
    ]);
  });

  test('are copied without names', async () => {
    await visit.open('details');
    const { origin } = new URL(visit.page.url());
    await visit.page
      .browserContext()
      .overridePermissions(origin, ['clipboard-read', 'clipboard-sanitized-write']);
    await visit.page.click(byTestId('details-copy'));
    await expect.poll(() => textOf(byTestId('details-copy'))).toBe('Copied');
    const copied = await visit.page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('mode: sfu (people)');
    expect(copied).toContain('turn tls');
    expect(copied).toContain('VP8, 320×180');
    expect(copied).not.toMatch(/Ada|Lovelace|Mira|peer\d/);
  });

  test('are as wide as their panel', async () => {
    for (const viewport of [
      { width: 360, height: 640 },
      { width: 1440, height: 900 },
    ]) {
      await visit.page.setViewport(viewport);
      await visit.open('details');
      const tooWide = await visit.page.$$eval(
        `${panel} .panel-body, ${panel} table`,
        (all) => all.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length,
      );
      expect(tooWide).toBe(0);
    }
  });
});
