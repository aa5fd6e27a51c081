import { afterEach, expect, test, vi } from 'vitest';
import { watchNetwork } from './network-changes.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const createScene = (connection: object | undefined) => {
  const window = new EventTarget();
  vi.stubGlobal('window', window);
  vi.stubGlobal('navigator', { connection });
  let changes = 0;
  const stop = watchNetwork(() => {
    changes += 1;
  });
  return { window, stop, count: () => changes };
};

/** As Chromium has it on phones. */
const phone = () => Object.assign(new EventTarget(), { type: 'wifi' });

test('a network that is back is told of, where the browser knows of nothing else too', () => {
  const { window, count } = createScene(undefined);
  window.dispatchEvent(new Event('online'));
  expect(count()).toBe(1);
});

test('another kind of network is told of, another estimate of its bandwidth is not', () => {
  const connection = phone();
  const { count } = createScene(connection);
  connection.dispatchEvent(new Event('change'));
  expect(count()).toBe(0);
  connection.type = 'cellular';
  connection.dispatchEvent(new Event('change'));
  connection.dispatchEvent(new Event('change'));
  expect(count()).toBe(1);
});

test('nothing is told of once it was stopped', () => {
  const connection = phone();
  const { window, stop, count } = createScene(connection);
  stop();
  window.dispatchEvent(new Event('online'));
  connection.type = 'cellular';
  connection.dispatchEvent(new Event('change'));
  expect(count()).toBe(0);
});
