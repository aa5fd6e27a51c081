import { afterEach, expect, test, vi } from 'vitest';
import { wakeUps } from './wake-ups.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const createScene = () => {
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  vi.stubGlobal('document', document);
  const listeners = new Set<() => void>();
  let woken = 0;
  const stop = wakeUps((onChange) => {
    listeners.add(onChange);
    return () => listeners.delete(onChange);
  })(() => {
    woken += 1;
  });
  const show = (visibilityState: 'visible' | 'hidden'): void => {
    document.visibilityState = visibilityState;
    document.dispatchEvent(new Event('visibilitychange'));
  };
  const changeNetwork = (): void => {
    for (const listener of listeners) listener();
  };
  return { show, changeNetwork, stop, count: () => woken };
};

test('wakes with the network and when somebody looks, not when they look away', () => {
  const { show, changeNetwork, count } = createScene();
  changeNetwork();
  expect(count()).toBe(1);
  show('hidden');
  expect(count()).toBe(1);
  show('visible');
  expect(count()).toBe(2);
});

test('wakes no more once it was stopped', () => {
  const { show, changeNetwork, stop, count } = createScene();
  stop();
  changeNetwork();
  show('visible');
  expect(count()).toBe(0);
});
