// What every NodeLeases must do that several processes share; each implementation's own test file runs it.
import { describe, expect, it } from 'vitest';
import { newNodeName } from '../../src/random.ts';
import { LEASE_MS, type NodeLeases } from '../../src/rooms/node-leases.ts';

/** Where leases of several processes meet, and its time. */
export interface LeasePlace {
  open(): NodeLeases;
  /** Ends a process without its knowing: its beats stop, and it gives nothing back. */
  silence(leases: NodeLeases): Promise<void>;
  /** Milliseconds of the place's own clock. */
  nowMs(): Promise<number>;
  /** Resolves when it holds, with time going on. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

const beats = async (place: LeasePlace, leases: NodeLeases, count: number): Promise<void> => {
  let seen = 0;
  const stop = leases.watch(() => (seen += 1));
  await place.until(() => seen >= count);
  stop();
};

export const describeNodeLeases = (name: string, makePlace: () => Promise<LeasePlace>): void => {
  /** Each test has a place of its own, so that they need not wait for each other. */
  const inPlace =
    (test: (place: LeasePlace, open: () => NodeLeases) => Promise<void>) =>
    async (): Promise<void> => {
      const place = await makePlace();
      const opened: NodeLeases[] = [];
      const open = (): NodeLeases => {
        const leases = place.open();
        opened.push(leases);
        return leases;
      };
      try {
        await test(place, open);
      } finally {
        await Promise.all(opened.map((leases) => leases.close()));
        await place.close();
      }
    };

  describe(`node leases contract: ${name}`, () => {
    it.concurrent(
      'N1 each start has a name of its own; who beats is not dead, nor is oneself',
      inPlace(async (place, open) => {
        const [one, other] = [open(), open()];
        expect(one.self).not.toBe(other.self);
        let wasDead = false;
        const stop = one.watch(() => {
          wasDead ||= one.isDead(other.self) || one.isDead(one.self) || other.isDead(one.self);
        });
        await Promise.all([beats(place, one, 6), beats(place, other, 6)]);
        stop();
        expect(wasDead).toBe(false);
      }),
    );

    it.concurrent(
      'N1 who falls silent is dead when its lease has ended, and not before',
      inPlace(async (place, open) => {
        const [one, other] = [open(), open()];
        await beats(place, one, 5);
        await beats(place, other, 1);
        await place.silence(other);
        const silentMs = await place.nowMs();
        expect(one.isDead(other.self)).toBe(false);
        await place.until(() => one.isDead(other.self));
        // Its last beat was at most one beat before.
        expect((await place.nowMs()) - silentMs).toBeGreaterThanOrEqual(LEASE_MS - 2_000);
      }),
    );

    it.concurrent(
      'N1 who closes is dead for the others’ next beat',
      inPlace(async (place, open) => {
        const [one, other] = [open(), open()];
        await beats(place, one, 5);
        expect(one.isDead(other.self)).toBe(false);
        await other.close();
        await other.close();
        await beats(place, one, 2);
        expect(one.isDead(other.self)).toBe(true);
      }),
    );

    it.concurrent(
      'N1 a name of which nothing was ever heard is dead, but not when it is first asked for',
      inPlace(async (place, open) => {
        const one = open();
        await beats(place, one, 5);
        const former = newNodeName();
        expect(one.isDead(former)).toBe(false);
        await beats(place, one, 2);
        expect(one.isDead(former)).toBe(true);
      }),
    );

    it.concurrent(
      'N1 who has just begun calls nobody dead',
      inPlace(async (place, open) => {
        const gone = open();
        await beats(place, gone, 1);
        await gone.close();
        const one = open();
        await beats(place, one, 1);
        const begunMs = await place.nowMs();
        expect(one.isDead(gone.self)).toBe(false);
        await place.until(() => one.isDead(gone.self));
        expect((await place.nowMs()) - begunMs).toBeGreaterThanOrEqual(LEASE_MS - 2_000);
      }),
    );

    it.concurrent(
      'N1 two who watch alike are told each, and stop each for itself; nobody after the close',
      inPlace(async (place, open) => {
        const one = open();
        let told = 0;
        const count = (): void => void (told += 1);
        const [stopFirst, stopSecond] = [one.watch(count), one.watch(count)];
        let pairs = 0;
        one.watch(() => (pairs += 1));
        await place.until(() => pairs >= 2);
        expect(told).toBe(2 * pairs);
        stopFirst();
        const [toldThen, pairsThen] = [told, pairs];
        await place.until(() => pairs >= pairsThen + 2);
        expect(told - toldThen).toBe(pairs - pairsThen);
        stopSecond();
        await one.close();
        expect(one.isDead(newNodeName())).toBe(false);
      }),
    );
  });
};
