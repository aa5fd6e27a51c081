import { expect, test } from 'vitest';
import { FakeClock } from '../../signaling/testing/fake-clock.ts';
import { turn } from '../../signaling/testing/turns.ts';
import { IceServers, type IceServersAnswer } from './ice-servers.ts';

const answer = (username: string, expiresInSeconds: number | null = 100): IceServersAnswer => ({
  iceServers: [{ urls: ['turn:turn.test'], username, credential: 'secret' }],
  expiresInSeconds,
});

const nothing = (): void => undefined;

const createScene = () => {
  const clock = new FakeClock();
  /** Renewals that are under way. */
  const asked: PromiseWithResolvers<IceServersAnswer | null>[] = [];
  const told: (string | undefined)[] = [];
  let sleptMs = 0;
  let wakeUp = nothing;
  let asks = 0;
  const iceServers = new IceServers({
    clock,
    now: () => clock.now() + sleptMs,
    random: () => 0.5,
    watchWakeUps: (onWakeUp) => {
      wakeUp = onWakeUp;
      return () => {
        wakeUp = nothing;
      };
    },
    fetch: () => {
      asks += 1;
      const asking = Promise.withResolvers<IceServersAnswer | null>();
      asked.push(asking);
      return asking.promise;
    },
  });
  const stop = iceServers.subscribe((current) => told.push(current[0]?.username));
  return {
    clock,
    told,
    iceServers,
    stop,
    count: () => asks,
    sleep: (ms: number): void => {
      sleptMs += ms;
    },
    wakeUp: () => wakeUp(),
    give: async (given: IceServersAnswer | null): Promise<void> => {
      asked.shift()?.resolve(given);
      await turn();
    },
    fail: async (): Promise<void> => {
      asked.shift()?.reject(new Error('unreachable'));
      await turn();
    },
  };
};

test('there are none before the first answer', () => {
  const { iceServers, clock } = createScene();
  expect(iceServers.current).toEqual([]);
  expect(clock.pending).toBe(0);
});

test('they are renewed after three quarters of their time, again and again, and told each time', async () => {
  const { iceServers, clock, told, count, give } = createScene();
  iceServers.take(answer('first'));
  clock.advance(74_999);
  expect(count()).toBe(0);
  clock.advance(1);
  expect(count()).toBe(1);
  await give(answer('second', 40));
  expect(iceServers.current).toEqual(answer('second').iceServers);
  clock.advance(30_000);
  expect(count()).toBe(2);
  await give(answer('third'));
  expect(told).toEqual(['first', 'second', 'third']);
});

test('what does not expire is not renewed', () => {
  const { iceServers, clock, wakeUp, count } = createScene();
  iceServers.take(answer('for ever', null));
  expect(clock.pending).toBe(0);
  wakeUp();
  expect(count()).toBe(0);
});

test('a renewal that fails is tried again, with longer waits, and keeps what there is', async () => {
  const { iceServers, clock, fail, give, count } = createScene();
  iceServers.take(answer('first'));
  clock.advance(75_000);
  const waits: (number | null)[] = [];
  for (let failure = 0; failure < 5; failure += 1) {
    await fail();
    waits.push(clock.nextInMs);
    clock.advance(clock.nextInMs ?? 0);
  }
  expect(waits).toEqual([1_000, 1_000, 1_000, 1_500, 2_250]);
  expect(count()).toBe(6);
  expect(iceServers.current).toEqual(answer('first').iceServers);
  await give(answer('second'));
  clock.advance(75_000);
  await fail();
  expect(clock.nextInMs).toBe(1_000);
});

test('a server that gives none any more is not asked again, until another join', async () => {
  const { iceServers, clock, give, count } = createScene();
  iceServers.take(answer('first'));
  clock.advance(75_000);
  await give(null);
  expect(clock.pending).toBe(0);
  iceServers.take(answer('joined again'));
  clock.advance(75_000);
  expect(count()).toBe(2);
});

test('another join counts its own time', () => {
  const { iceServers, clock, count } = createScene();
  iceServers.take(answer('first'));
  clock.advance(70_000);
  iceServers.take(answer('joined again'));
  clock.advance(70_000);
  expect(count()).toBe(0);
});

test('a computer that slept renews when it wakes, if it is time by the clock on the wall', async () => {
  const { iceServers, clock, sleep, wakeUp, give, count } = createScene();
  iceServers.take(answer('first'));
  sleep(74_999);
  wakeUp();
  expect(count()).toBe(0);
  sleep(1);
  wakeUp();
  wakeUp();
  expect(count()).toBe(1);
  await give(answer('second'));
  clock.advance(74_999);
  expect(count()).toBe(1);
});

test.each([
  ['a moment', 1, 1_000],
  ['years', 1_000_000_000, 86_400_000],
])('what is given for %s is asked for neither without end nor at once', (_, seconds, wait) => {
  const { iceServers, clock } = createScene();
  iceServers.take(answer('first', seconds));
  expect(clock.nextInMs).toBe(wait);
});

test('who has gone hears nothing; closed, it asks and says nothing more', async () => {
  const { iceServers, clock, told, stop, give } = createScene();
  stop();
  iceServers.take(answer('first'));
  expect(told).toEqual([]);
  iceServers.subscribe(() => told.push('another'));
  clock.advance(75_000);
  iceServers.close();
  iceServers.close();
  await give(answer('second'));
  iceServers.take(answer('third'));
  expect(told).toEqual([]);
  expect(clock.pending).toBe(0);
});
