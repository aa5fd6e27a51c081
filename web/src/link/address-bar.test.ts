import { expect, test } from 'vitest';
import { type Address, type Arrival, watchAddressBar } from './address-bar.ts';

const fakeWindow = (href: string) => {
  let url = new URL(href);
  const states: unknown[] = [];
  const listeners: (() => void)[] = [];
  const address: Address = {
    location: {
      get pathname() {
        return url.pathname;
      },
      get search() {
        return url.search;
      },
      get hash() {
        return url.hash;
      },
    },
    history: {
      state: { kept: true },
      replaceState: (state: unknown, _title: string, to?: string | URL | null) => {
        states.push(state);
        url = new URL(to ?? '', url);
      },
    },
    addEventListener: (_type, listener) => void listeners.push(listener),
  };
  return {
    address,
    states,
    href: () => url.href,
    paste: (to: string) => {
      url = new URL(to);
      for (const listener of listeners) listener();
    },
  };
};

const heardBy = (address: Address) => {
  const heard: Arrival[] = [];
  const arrivals = watchAddressBar(address);
  return { heard, listen: () => arrivals.hear((arrival) => heard.push(arrival)) };
};

test('G1 the fragment has left the address bar before anybody listens', () => {
  const window = fakeWindow('https://meet.example/m/room?x=1#secret');
  const { heard, listen } = heardBy(window.address);
  expect(window.href()).toBe('https://meet.example/m/room?x=1');
  expect(window.states).toEqual([{ kept: true }]);
  expect(heard).toEqual([]);
  listen();
  expect(heard).toEqual([{ pathname: '/m/room', fragment: 'secret' }]);
});

test('G1 what is pasted later is taken too', () => {
  const window = fakeWindow('https://meet.example/m/room');
  const { heard, listen } = heardBy(window.address);
  window.paste('https://meet.example/m/room#early');
  listen();
  window.paste('https://meet.example/m/room#late');
  expect(heard.map(({ fragment }) => fragment)).toEqual(['early', 'late']);
  expect(window.href()).toBe('https://meet.example/m/room');
});

test('G1 an address without a fragment is left as it is', () => {
  const window = fakeWindow('https://meet.example/m/room');
  const { heard, listen } = heardBy(window.address);
  listen();
  expect(window.states).toEqual([]);
  expect(heard).toEqual([]);
});
