// What a connection's recovery is told of the network.
import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { FakeClock } from '../../signaling/testing/fake-clock.ts';
import { settled, turn } from '../../signaling/testing/turns.ts';
import { followNetwork } from './network.ts';
import { isReceiving } from './receiving.ts';
import { Recovery } from './recovery.ts';

const SETTLED_MS = 500;

const createScene = () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const recovery = new Recovery({
    clock,
    disconnectedMs: 1_000,
    giveUpMs: 10_000,
    restart: async () => {
      told.push('restart');
      return 'done';
    },
    onGivenUp: () => told.push('given up'),
  });
  recovery.onState('connecting');
  recovery.onState('connected');
  const connection = signal<'connected' | 'reconnecting'>('connected');
  const answers: boolean[] = [];
  const stop = followNetwork(
    {
      iceServers: { current: [], subscribe: () => () => undefined },
      watchChanges: () => () => undefined,
      connection,
    },
    recovery,
    async () => answers.shift() ?? true,
  );
  const away = async (isReceivingNow: boolean): Promise<void> => {
    answers.push(isReceivingNow);
    connection.value = 'reconnecting';
    connection.value = 'connected';
    await settled();
    clock.advance(SETTLED_MS);
    await settled();
  };
  return { clock, told, connection, stop, away };
};

test('M10 signaling is back and nothing comes any more: ICE restarts at once', async () => {
  const { told, away } = createScene();
  await away(false);
  expect(told).toEqual(['restart']);
});

test('M10 signaling is back and all comes as before: nothing is restarted', async () => {
  const { clock, told, away } = createScene();
  await away(true);
  clock.advance(60_000);
  expect(told).toEqual([]);
});

test('M10 what has ended is not restarted', async () => {
  const { told, stop, away } = createScene();
  stop();
  await away(false);
  expect(told).toEqual([]);
});

test('a connection receives when a pair of candidates counts more bytes than before', async () => {
  const clock = new FakeClock();
  const bytes = [100, 100, 100, 200];
  const getStats = async () =>
    new Map([
      ['pair', { type: 'candidate-pair', bytesReceived: bytes.shift() }],
      ['other', { type: 'inbound-rtp', bytesReceived: bytes.length }],
    ]);
  const look = async (): Promise<boolean> => {
    const is = isReceiving(clock, getStats);
    await turn();
    clock.advance(SETTLED_MS);
    return is;
  };
  expect([await look(), await look()]).toEqual([false, true]);
  expect(await isReceiving(clock, () => Promise.reject(new Error('closed')))).toBe(false);
});
