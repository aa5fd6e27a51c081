// Subscriptions of a cluster: asked for again where a room has moved, and nowhere else (PROTOCOL V7).
import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { DEAF } from '../../../test/contracts/store-fixtures.ts';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { RENEW_MS } from '../room-store.ts';
import { Breaker } from './breaker.ts';
import { Calls } from './calls.ts';
import { Link } from './link.ts';
import { Subscriptions } from './subscriptions.ts';

const CHANNELS = 200;

class FakeCluster extends EventEmitter {
  readonly isCluster = true;
  readonly asked: string[] = [];
  /** What is awaited before a subscription has ended. */
  gate: Promise<void> = Promise.resolve();
  async ssubscribe(channel: string): Promise<void> {
    this.asked.push(`+${channel}`);
  }
  async sunsubscribe(channel: string): Promise<void> {
    this.asked.push(`-${channel}`);
    await this.gate;
  }
  async ping(): Promise<void> {}
  disconnect(): void {}
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) {
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
};

const start = async () => {
  const time = new ManualClock();
  const client = new FakeCluster();
  const link = new Link(client);
  const owners = new Map<string, string>();
  const missed: string[] = [];
  const breaker = new Breaker(
    time,
    () => undefined,
    () => undefined,
  );
  const subscriptions = new Subscriptions({
    link,
    calls: new Calls(link, breaker, time),
    time,
    ownerOf: (channel) => owners.get(channel) ?? 'first',
    onError: (error) => expect.fail(String(error)),
  });
  client.emit('ready');
  const channels = Array.from({ length: CHANNELS }, (_, index) => `channel ${index}`);
  const stops = await Promise.all(
    channels.map((channel) =>
      subscriptions.subscribe(channel, { ...DEAF, onMissed: () => void missed.push(channel) }),
    ),
  );
  client.asked.length = 0;
  return { time, client, owners, missed, stops };
};

it('V7 a map that says the same costs nobody a subscription, another one those that moved', async () => {
  const { time, client, owners, missed } = await start();
  for (let times = 0; times < 5; times += 1) client.emit('refresh');
  await settled();
  expect(client.asked).toEqual([]);
  owners.set('channel 7', 'second');
  client.emit('refresh');
  await settled();
  // Its former server may have dropped what it took before it knew.
  time.advance(RENEW_MS);
  client.emit('refresh');
  await settled();
  const twice = ['-channel 7', '+channel 7', '-channel 7', '+channel 7'];
  expect([client.asked, missed]).toEqual([twice, ['channel 7', 'channel 7']]);
  for (let times = 0; times < 5; times += 1) {
    time.advance(2 * RENEW_MS);
    client.emit('refresh');
    await settled();
  }
  expect(client.asked).toEqual(twice);
});

it('V7 what is lost again while all are asked for is asked for once more, and none starves', async () => {
  const { client, missed } = await start();
  const held = Promise.withResolvers<void>();
  client.gate = held.promise;
  for (let times = 0; times < 5; times += 1) client.emit('subscribersReady');
  await settled();
  held.resolve();
  await settled();
  expect(new Set(missed).size).toBe(CHANNELS);
  // The first batch was under way when they were lost again; five rounds are not five of everything.
  expect(missed.length).toBeLessThan(2 * CHANNELS);
});

it('V7 who ends a subscription while it is made again has ended it', async () => {
  const { client, missed, stops } = await start();
  const held = Promise.withResolvers<void>();
  client.gate = held.promise;
  client.emit('subscribersReady');
  await settled();
  stops[0]?.();
  held.resolve();
  await settled();
  expect(client.asked).not.toContain('+channel 0');
  expect(missed).toHaveLength(CHANNELS - 1);
});
