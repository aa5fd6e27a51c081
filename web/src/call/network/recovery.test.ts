import { expect, test } from 'vitest';
import { FakeClock } from '../../signaling/testing/fake-clock.ts';
import { turn } from '../../signaling/testing/turns.ts';
import { Recovery, type RestartOutcome } from './recovery.ts';

const DISCONNECTED_MS = 1_000;
const GIVE_UP_MS = 10_000;
/** Longer than changes of the network take to settle. */
const SETTLED_MS = 500;

const createScene = () => {
  const clock = new FakeClock();
  const told: string[] = [];
  /** Restarts that are under way. */
  const asked: PromiseWithResolvers<RestartOutcome>[] = [];
  const recovery = new Recovery({
    clock,
    disconnectedMs: DISCONNECTED_MS,
    giveUpMs: GIVE_UP_MS,
    restart: () => {
      told.push('restart');
      const answer = Promise.withResolvers<RestartOutcome>();
      asked.push(answer);
      return answer.promise;
    },
    onGivenUp: () => told.push('given up'),
  });
  const settle = async (outcome: RestartOutcome): Promise<void> => {
    asked.shift()?.resolve(outcome);
    await turn();
  };
  const refuse = async (): Promise<void> => {
    asked.shift()?.reject(new Error('refused'));
    await turn();
  };
  return { clock, told, recovery, settle, refuse };
};

const connected = () => {
  const scene = createScene();
  scene.recovery.onState('connecting');
  scene.recovery.onState('connected');
  return scene;
};

/** Restarted, and not connected yet. */
const restarted = async () => {
  const scene = connected();
  scene.recovery.onState('failed');
  await scene.settle('done');
  return scene;
};

test('a link that is disconnected for a second is restarted', () => {
  const { clock, told, recovery } = connected();
  recovery.onState('disconnected');
  clock.advance(DISCONNECTED_MS - 1);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual(['restart']);
});

test('one that is back before that is left alone', () => {
  const { clock, told, recovery } = connected();
  recovery.onState('disconnected');
  clock.advance(DISCONNECTED_MS - 1);
  recovery.onState('connected');
  expect(clock.pending).toBe(0);
  recovery.onState('disconnected');
  clock.advance(DISCONNECTED_MS - 1);
  expect(told).toEqual([]);
});

test('one that its other end restarts is left to that, and given up if it does not connect', () => {
  const { clock, told, recovery } = connected();
  recovery.onState('disconnected');
  recovery.onState('checking');
  clock.advance(GIVE_UP_MS - 1);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual(['given up']);
});

test('the first time it may take as long as the browser lets it', () => {
  const { clock, recovery } = createScene();
  recovery.onState('connecting');
  expect(clock.pending).toBe(0);
});

test('one that failed is restarted at once, whether it ever was connected or not', () => {
  const { told, recovery } = createScene();
  recovery.onState('connecting');
  recovery.onState('failed');
  expect(told).toEqual(['restart']);
  const second = connected();
  second.recovery.onState('disconnected');
  second.recovery.onState('failed');
  expect(second.told).toEqual(['restart']);
  expect(second.clock.pending).toBe(0);
});

test('a change of the network restarts what seems to be connected; several changes do once', () => {
  const { clock, told, recovery } = connected();
  recovery.onNetworkChange();
  recovery.onState('disconnected');
  recovery.onNetworkChange();
  recovery.onState('connected');
  clock.advance(SETTLED_MS);
  expect(told).toEqual(['restart']);
});

test('what has not begun to connect needs no restart', () => {
  const { clock, told, recovery } = createScene();
  recovery.onNetworkChange();
  clock.advance(SETTLED_MS);
  expect(told).toEqual([]);
});

test('two restarts are never under way; the network changing in one brings another after it', async () => {
  const { clock, told, recovery, settle } = connected();
  recovery.onState('failed');
  recovery.onState('disconnected');
  recovery.onState('failed');
  recovery.onNetworkChange();
  recovery.onNetworkChange();
  clock.advance(60_000);
  expect(told).toEqual(['restart']);
  await settle('done');
  expect(told).toEqual(['restart', 'restart']);
  await settle('done');
  expect(told).toEqual(['restart', 'restart']);
});

test('one that connects after its restart is watched as before', async () => {
  const { clock, told, recovery } = await restarted();
  clock.advance(GIVE_UP_MS - 1);
  recovery.onState('connected');
  expect(clock.pending).toBe(0);
  recovery.onState('disconnected');
  clock.advance(DISCONNECTED_MS);
  expect(told).toEqual(['restart', 'restart']);
});

test('one that is not connected ten seconds after its restart is given up, once', async () => {
  const { clock, told, recovery } = await restarted();
  recovery.onState('connecting');
  recovery.onState('failed');
  clock.advance(GIVE_UP_MS - 1);
  expect(told).toEqual(['restart']);
  clock.advance(1);
  expect(told).toEqual(['restart', 'given up']);
  recovery.onState('failed');
  recovery.onNetworkChange();
  clock.advance(60_000);
  expect(told).toEqual(['restart', 'given up']);
});

test('the ten seconds begin when both ends have agreed, however long that takes', async () => {
  const { clock, told, recovery, settle } = connected();
  recovery.onState('failed');
  clock.advance(60_000);
  await settle('done');
  clock.advance(GIVE_UP_MS - 1);
  expect(told).toEqual(['restart']);
});

test('one that connected before its restart was agreed on is not given up', async () => {
  const { clock, told, recovery, settle } = connected();
  recovery.onNetworkChange();
  clock.advance(SETTLED_MS);
  await settle('done');
  expect(clock.pending).toBe(0);
  expect(told).toEqual(['restart']);
});

test('one that connects no more after the restart of what was connected is given up', async () => {
  const { clock, told, recovery, settle } = connected();
  recovery.onNetworkChange();
  clock.advance(SETTLED_MS);
  await settle('done');
  recovery.onState('checking');
  clock.advance(GIVE_UP_MS);
  expect(told).toEqual(['restart', 'given up']);
});

test('a change of the network after a restart brings another one, and ten seconds more', async () => {
  const { clock, told, recovery, settle } = await restarted();
  clock.advance(GIVE_UP_MS - 1);
  recovery.onNetworkChange();
  clock.advance(SETTLED_MS);
  await settle('done');
  clock.advance(GIVE_UP_MS - 1);
  expect(told).toEqual(['restart', 'restart']);
  clock.advance(1);
  expect(told).toEqual(['restart', 'restart', 'given up']);
});

test('nothing is asked for without signaling, and all of it once that is back', () => {
  const { clock, told, recovery } = connected();
  recovery.onSignaling(false);
  recovery.onState('disconnected');
  clock.advance(DISCONNECTED_MS);
  recovery.onState('failed');
  recovery.onNetworkChange();
  clock.advance(60_000);
  expect(told).toEqual([]);
  expect(clock.pending).toBe(0);
  recovery.onSignaling(true);
  expect(told).toEqual(['restart']);
});

test('a link that came back by itself meanwhile needs no restart then', () => {
  const { clock, told, recovery } = connected();
  recovery.onSignaling(false);
  recovery.onState('disconnected');
  clock.advance(DISCONNECTED_MS);
  recovery.onState('connected');
  recovery.onSignaling(true);
  clock.advance(60_000);
  expect(told).toEqual([]);
});

test('a network that changed without signaling is taken up with it, connected or not', () => {
  const { clock, told, recovery } = connected();
  recovery.onSignaling(false);
  recovery.onNetworkChange();
  clock.advance(SETTLED_MS);
  recovery.onSignaling(true);
  expect(told).toEqual(['restart']);
});

test('nothing is given up while signaling is away: it is restarted again afterwards', async () => {
  const { clock, told, recovery, settle } = await restarted();
  recovery.onSignaling(false);
  clock.advance(60_000);
  expect(told).toEqual(['restart']);
  recovery.onSignaling(true);
  expect(told).toEqual(['restart', 'restart']);
  recovery.onSignaling(false);
  await settle('done');
  clock.advance(60_000);
  expect(told).toEqual(['restart', 'restart']);
  recovery.onSignaling(true);
  await settle('done');
  clock.advance(GIVE_UP_MS);
  expect(told).toEqual(['restart', 'restart', 'restart', 'given up']);
});

test('signaling that comes back to a link which is connected changes nothing', () => {
  const { clock, told, recovery } = connected();
  recovery.onSignaling(false);
  recovery.onSignaling(true);
  expect(told).toEqual([]);
  expect(clock.pending).toBe(0);
});

test('a restart that could not be agreed on is asked for again', async () => {
  const { clock, told, recovery, settle } = connected();
  recovery.onState('failed');
  await settle('away');
  expect(told).toEqual(['restart']);
  clock.advance(DISCONNECTED_MS);
  expect(told).toEqual(['restart', 'restart']);
});

test('a restart that is refused gives up what is not connected', async () => {
  const { told, recovery, refuse, clock } = connected();
  recovery.onState('failed');
  await refuse();
  expect(told).toEqual(['restart', 'given up']);
  expect(clock.pending).toBe(0);
});

test('a restart that is refused leaves alone what is connected', async () => {
  const { told, recovery, refuse, clock } = connected();
  recovery.onNetworkChange();
  clock.advance(SETTLED_MS);
  await refuse();
  expect(told).toEqual(['restart']);
  recovery.onState('disconnected');
  clock.advance(DISCONNECTED_MS);
  expect(told).toEqual(['restart', 'restart']);
});

test('what has ended is neither restarted again nor given up', async () => {
  const { told, recovery, settle, clock } = connected();
  recovery.onState('failed');
  await settle('over');
  recovery.onState('failed');
  recovery.onSignaling(false);
  recovery.onSignaling(true);
  clock.advance(60_000);
  expect(told).toEqual(['restart']);
});

test.each(['closing it', 'its link closing'])('%s ends all of it', async (how) => {
  const { told, recovery, settle, clock } = connected();
  recovery.onState('failed');
  if (how === 'closing it') recovery.close();
  else recovery.onState('closed');
  recovery.close();
  await settle('done');
  recovery.onNetworkChange();
  clock.advance(60_000);
  expect(told).toEqual(['restart']);
  expect(clock.pending).toBe(0);
});
