import { describe, expect, it } from 'vitest';
import { createLatest, createSerial } from './serial.ts';

/** A promise to be settled by hand. */
const gate = () => Promise.withResolvers<void>();

describe('createSerial', () => {
  it('runs in the order of the calls, one at a time', async () => {
    const inTurn = createSerial();
    const first = gate();
    const log: string[] = [];
    const one = inTurn(async () => {
      log.push('one begins');
      await first.promise;
      log.push('one ends');
    });
    const two = inTurn(async () => {
      log.push('two');
      return 2;
    });
    first.resolve();
    expect(await two).toBe(2);
    await one;
    expect(log).toEqual(['one begins', 'one ends', 'two']);
  });

  it('goes on after a failure', async () => {
    const inTurn = createSerial();
    const failed = inTurn(() => Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
    expect(await inTurn(async () => 'yes')).toBe('yes');
  });
});

describe('createLatest', () => {
  it('passes over all but the last of what comes meanwhile', async () => {
    const applied: number[] = [];
    const first = gate();
    const submit = createLatest(async (value: number) => {
      applied.push(value);
      if (value === 1) await first.promise;
    });
    const one = submit(1);
    await expect.poll(() => applied).toEqual([1]);
    const rest = [submit(2), submit(3), submit(4)];
    first.resolve();
    await Promise.all([one, ...rest]);
    expect(applied).toEqual([1, 4]);
    await submit(5);
    expect(applied).toEqual([1, 4, 5]);
  });

  it('fails those whose value failed, and goes on', async () => {
    const submit = createLatest(async (value: number) => {
      if (value < 0) throw new Error(`no ${value}`);
    });
    const passedOver = submit(1);
    const failed = submit(-1);
    await expect(passedOver).rejects.toThrow('no -1');
    await expect(failed).rejects.toThrow('no -1');
    await expect(submit(1)).resolves.toBeUndefined();
  });
});
