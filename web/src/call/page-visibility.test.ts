import { expect, test } from 'vitest';
import { FakeClock } from '../signaling/testing/fake-clock.ts';
import { watchVisibility } from './page-visibility.ts';

class FakePage extends EventTarget {
  visibilityState: DocumentVisibilityState = 'visible';

  turn(state: DocumentVisibilityState): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

const createScene = () => {
  const clock = new FakeClock();
  const page = new FakePage();
  return { clock, page, ...watchVisibility(clock, page) };
};

test('a page counts as hidden after ten seconds, and as seen at once', () => {
  const { clock, page, isHidden } = createScene();
  page.turn('hidden');
  clock.advance(9_999);
  expect(isHidden.value).toBe(false);
  clock.advance(1);
  expect(isHidden.value).toBe(true);
  page.turn('visible');
  expect(isHidden.value).toBe(false);
});

test('a glance at another tab changes nothing', () => {
  const { clock, page, isHidden } = createScene();
  page.turn('hidden');
  clock.advance(6_000);
  page.turn('visible');
  clock.advance(6_000);
  page.turn('hidden');
  clock.advance(6_000);
  expect(isHidden.value).toBe(false);
});

test('once closed it hears nothing', () => {
  const { clock, page, isHidden, close } = createScene();
  page.turn('hidden');
  close();
  close();
  page.turn('hidden');
  clock.advance(60_000);
  expect(isHidden.value).toBe(false);
  expect(clock.pending).toBe(0);
});
