// What is left to be said to the record: each once, none for each attempt (PROTOCOL S5).
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { roomIds } from '../../test/contracts/store-fixtures.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { AppError } from '../errors.ts';
import { createPersistence, RETRY_MS } from './persist.ts';

const roomId = roomIds.mint();

const start = () => {
  const clock = new ManualClock();
  const lines: string[] = [];
  const store = { isAway: false };
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const persistence = createPersistence({ clock, log, isStoreAway: () => store.isAway });
  const pass = async (ms: number): Promise<void> => {
    for (let passedMs = 0; passedMs < ms; passedMs += RETRY_MS) {
      clock.advance(RETRY_MS);
      for (let turns = 0; turns < 10; turns += 1) await Promise.resolve();
    }
  };
  return { clock, lines, store, persistence, pass };
};

const errand = (about: string, run: () => Promise<void>) => ({ roomId, about, run });
const failing = (code: ConstructorParameters<typeof AppError>[0]) => async (): Promise<void> => {
  throw new AppError(code, code);
};

it('S5 while the store is away nothing is tried, and nothing grows', async () => {
  const { store, persistence, pass, lines } = start();
  let runs = 0;
  const run = async (): Promise<void> => {
    runs += 1;
    if (store.isAway) throw new AppError('unavailable', 'away');
  };
  store.isAway = true;
  for (let again = 0; again < 50; again += 1) await persistence.see(errand('one', run));
  expect(runs).toBe(50);
  expect(persistence.size).toBe(1);
  await pass(3_600_000);
  expect(runs).toBe(50);
  expect(persistence.size).toBe(1);
  store.isAway = false;
  await pass(RETRY_MS);
  expect(runs).toBe(51);
  expect(persistence.size).toBe(0);
  await pass(60_000);
  expect(runs).toBe(51);
  expect(lines).toEqual([]);
});

it('S5 another word about the same takes the place of what was left to be said', async () => {
  const { persistence, pass, store } = start();
  const said: string[] = [];
  const say = (what: string) => async (): Promise<void> => {
    if (store.isAway) throw new AppError('unavailable', 'away');
    said.push(what);
  };
  store.isAway = true;
  await persistence.see(errand('ada', say('ada is disconnected')));
  await persistence.see(errand('ada', say('ada left')));
  await persistence.see(errand('bob', say('bob left')));
  store.isAway = false;
  await pass(RETRY_MS);
  expect(said).toEqual(['ada left', 'bob left']);
});

it.each(['not-joined', 'room-reset', 'draining', 'upgrade-required'] as const)(
  'S5 what comes too late (%s) is not said again',
  async (code) => {
    const { persistence } = start();
    await persistence.see(errand('one', failing(code)));
    expect(persistence.size).toBe(0);
  },
);

it('S5 what fails for another reason is said again for as long as it takes, and logged once', async () => {
  const { persistence, pass, lines } = start();
  let isRefused = true;
  let said = 0;
  const run = async (): Promise<void> => {
    if (isRefused) throw new AppError('internal', 'refused');
    said += 1;
  };
  await persistence.see(errand('one', run));
  await pass(1_000 * RETRY_MS);
  expect([said, persistence.size, lines.length]).toEqual([0, 1, 1]);
  isRefused = false;
  await pass(RETRY_MS);
  expect([said, persistence.size, lines.length]).toEqual([1, 0, 1]);
});

it('S5 what is to be said again while it is being said is said again', async () => {
  const { persistence, pass } = start();
  const said: string[] = [];
  const second = errand('one', async () => void said.push('second'));
  const first = errand('one', async () => {
    said.push('first');
    persistence.seeLater(second);
  });
  await persistence.see(first);
  expect([said, persistence.size]).toEqual([['first'], 1]);
  await pass(RETRY_MS);
  expect([said, persistence.size]).toEqual([['first', 'second'], 0]);
});

it('N5 what may become needless is first tried later, and nothing after the end', async () => {
  const { persistence, pass } = start();
  let runs = 0;
  const run = async (): Promise<void> => {
    runs += 1;
  };
  persistence.seeLater(errand('one', run));
  expect(runs).toBe(0);
  await pass(RETRY_MS);
  expect(runs).toBe(1);
  persistence.seeLater(errand('two', run));
  persistence.close();
  persistence.close();
  await pass(10 * RETRY_MS);
  expect(runs).toBe(1);
});
