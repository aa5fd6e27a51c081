// How long calls wait, by a clock that a test moves: none past the one end, none at all after it.
import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { Breaker, STORE_WAIT_MS } from './breaker.ts';
import { Calls } from './calls.ts';
import { type Connection, Link } from './link.ts';

const UNAVAILABLE = { code: 'unavailable' };

class FakeConnection extends EventEmitter implements Connection {
  disconnect(): void {
    this.emit('close');
  }
}

const start = () => {
  const time = new ManualClock();
  const changes: string[] = [];
  const breaker = new Breaker(
    time,
    () => changes.push('silent'),
    () => changes.push('answers'),
  );
  const connection = new FakeConnection();
  const link = new Link(connection);
  link.whenUp(() => breaker.answered());
  const calls = new Calls(link, breaker, time);
  /** A call whose answers the test gives. */
  const attempts: PromiseWithResolvers<string>[] = [];
  const ask = (): Promise<string> => {
    const attempt = Promise.withResolvers<string>();
    attempts.push(attempt);
    return attempt.promise;
  };
  const log: string[] = [];
  const call = (name: string): Promise<unknown> =>
    calls.run(ask).then(
      (answer) => log.push(`${name}: ${answer}`),
      (error: unknown) => log.push(`${name}: ${String(error)}`),
    );
  return { time, breaker, changes, connection, calls, attempts, ask, log, call };
};

/** All that can happen without the clock has happened. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const replyError = (text: string): Error => Object.assign(new Error(text), { name: 'ReplyError' });

it('S4 a call waits for the first connection, and is sent once', async () => {
  const { connection, attempts, log, call } = start();
  const asked = call('one');
  await settled();
  expect(attempts).toHaveLength(0);
  connection.emit('ready');
  await settled();
  expect(attempts).toHaveLength(1);
  attempts[0]?.resolve('done');
  await asked;
  expect(log).toEqual(['one: done']);
});

it('S4 waits do not add up: all who wait end with the first silence, and who comes later fails at once', async () => {
  const { time, connection, calls, ask, breaker, changes } = start();
  connection.emit('ready');
  const ended: string[] = [];
  const end = (name: string) => calls.run(ask).catch(() => ended.push(name));
  const first = end('first');
  await settled();
  time.advance(1_000);
  await settled();
  expect([breaker.isAnswering, changes]).toEqual([false, ['answers', 'silent']]);
  time.advance(3_000);
  const second = end('second');
  await settled();
  time.advance(STORE_WAIT_MS - 4_001);
  await settled();
  expect(ended).toEqual([]);
  time.advance(1);
  await first;
  expect(ended).toEqual(['first']);
  time.advance(1_000);
  await second;
  expect(ended).toEqual(['first', 'second']);
  // The clock stands still: nobody waits any more.
  await expect(calls.run(ask)).rejects.toMatchObject(UNAVAILABLE);
  await expect(calls.run(ask)).rejects.toMatchObject(UNAVAILABLE);
});

it('S4 any answer, also a late one and a new connection, ends the silence', async () => {
  for (const how of ['probe', 'connection'] as const) {
    const { time, connection, calls, ask, attempts, breaker, log, call } = start();
    connection.emit('ready');
    const lost = calls.run(ask).catch(() => undefined);
    await settled();
    for (let passed = 0; passed < 10; passed += 1) {
      time.advance(1_000);
      await settled();
    }
    await lost;
    await expect(calls.run(ask)).rejects.toMatchObject(UNAVAILABLE);
    if (how === 'connection') connection.emit('ready');
    else {
      const probe = calls.probe(2_000, ask);
      await settled();
      attempts.at(-1)?.resolve('here');
      expect(await probe).toBe('here');
    }
    expect(breaker.isAnswering).toBe(true);
    const asked = call('after');
    await settled();
    attempts.at(-1)?.resolve('done');
    await asked;
    expect(log).toEqual(['after: done']);
  }
});

it('S4 a call whose connection was lost is made again over the next one', async () => {
  const { time, connection, attempts, log, call } = start();
  connection.emit('ready');
  const asked = call('one');
  await settled();
  connection.emit('close');
  await settled();
  time.advance(100);
  await settled();
  expect(attempts).toHaveLength(1);
  connection.emit('ready');
  await settled();
  expect(attempts).toHaveLength(2);
  attempts[1]?.resolve('done');
  await asked;
  expect(log).toEqual(['one: done']);
});

it('S4 what Redis cannot do for now is tried again, what it refuses is not', async () => {
  const { time, connection, attempts, log, call } = start();
  connection.emit('ready');
  const asked = call('one');
  await settled();
  attempts[0]?.reject(replyError('LOADING Redis is loading the dataset in memory'));
  await settled();
  time.advance(100);
  await settled();
  attempts[1]?.reject(replyError('ERR user_script: secret'));
  await asked;
  expect(attempts).toHaveLength(2);
  expect(log).toEqual(['one: AppError: Redis refuses: ERR']);
});

it('S4 who refuses writes is silent until one is done: neither reads nor a connection end it', async () => {
  for (const code of ['READONLY', 'NOREPLICAS', 'OOM', 'MISCONF']) {
    const { time, connection, calls, attempts, ask, breaker, changes } = start();
    connection.emit('ready');
    const write = calls.run(ask, 'all').catch(() => 'given up');
    await settled();
    for (let passed = 0; passed < STORE_WAIT_MS; passed += 50) {
      attempts.at(-1)?.reject(replyError(`${code} not now`));
      await settled();
      // Whoever reads is answered.
      if (passed < STORE_WAIT_MS - 50) await calls.run(async () => 'read');
      time.advance(50);
      await settled();
    }
    time.advance(1);
    expect(await write).toBe('given up');
    connection.emit('ready');
    expect(await calls.probe(2_000, async () => 'read')).toBe('read');
    expect([breaker.isAnswering, changes]).toEqual([false, ['answers', 'silent']]);
    // So the next one waits for nothing.
    await expect(calls.run(ask, 'all')).rejects.toMatchObject(UNAVAILABLE);
    await calls.probe(2_000, async () => 'written', 'all');
    expect([breaker.isAnswering, changes]).toEqual([true, ['answers', 'silent', 'answers']]);
    // Of the next silence any answer is the end.
    breaker.foundSilent();
    await calls.run(async () => 'read');
    expect(breaker.isAnswering).toBe(true);
  }
});

it('S4 a write that is not answered takes a write to end the silence', async () => {
  const { time, connection, calls, ask, attempts, breaker } = start();
  connection.emit('ready');
  const write = calls.run(ask, 'all');
  await settled();
  time.advance(1_000);
  await settled();
  await calls.run(async () => 'read');
  expect(breaker.isAnswering).toBe(false);
  attempts[0]?.resolve('done');
  expect(await write).toBe('done');
  expect(breaker.isAnswering).toBe(true);
});

it('S4 a process that was held up reads what came in before it calls Redis silent', async () => {
  const { time, connection, calls, ask, attempts, breaker, changes } = start();
  connection.emit('ready');
  const asked = calls.run(ask);
  await settled();
  // Timers run before input is read.
  time.advance(2 * STORE_WAIT_MS);
  attempts[0]?.resolve('done');
  expect(await asked).toBe('done');
  await settled();
  expect([breaker.isAnswering, changes]).toEqual([true, ['answers']]);
});
