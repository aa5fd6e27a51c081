// What every RoomStore must do; each store's own test file runs it. The names carry PROTOCOL ids.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Incarnation, type Position, type RoomId } from '../../src/protocol/index.ts';
import { newHead, newIncarnation } from '../../src/random.ts';
import { emptyRecord, evolve } from '../../src/rooms/evolve.ts';
import { positionOf, type RoomEvent, type RoomRecord } from '../../src/rooms/record.ts';
import { ROOM_CURSOR, ROOMS_PER_PAGE, type RoomStore } from '../../src/rooms/room-store.ts';
import { DEAF, next, roomIds } from './store-fixtures.ts';

/** `logBytes`: how much log the store keeps behind the snapshot. */
export type MakeStore = (logBytes?: number) => Promise<RoomStore>;

const fold = (snapshot: RoomRecord, events: readonly RoomEvent[]): RoomRecord =>
  events.reduce(evolve, snapshot);

export const describeRoomStore = (name: string, makeStore: MakeStore): void => {
  describe(`room store contract: ${name}`, () => {
    let store: RoomStore;
    let roomId: RoomId;

    beforeEach(async () => {
      store = await makeStore();
      roomId = roomIds.mint();
    });
    afterEach(() => store.close());

    /** A new room of `count` events, each in an append of its own. */
    const make = async (count = 1, on = store): Promise<RoomRecord> => {
      const base = emptyRecord(newIncarnation(), newHead());
      const first = next(base);
      let record = evolve(base, first);
      const made = await on.append(roomId, { expected: null, events: [first], snapshot: record });
      expect(made).toBe(true);
      for (let index = 1; index < count; index += 1) record = await grow(record, on);
      return record;
    };

    const grow = async (record: RoomRecord, on = store): Promise<RoomRecord> => {
      const event = next(record);
      expect(await on.append(roomId, { expected: positionOf(record), events: [event] })).toBe(true);
      return evolve(record, event);
    };

    const load = async (on = store): Promise<RoomRecord | null> => {
      const read = await on.read(roomId, null);
      return read.kind === 'snapshot' ? fold(read.snapshot, read.events) : null;
    };

    it('V1 a room that nobody made is not there', async () => {
      expect(await store.read(roomId, null)).toEqual({ kind: 'reset' });
    });

    it('V1 what was appended folds to the record that was meant', async () => {
      const record = await make(5);
      expect(await load()).toEqual(record);
    });

    it('A3 every room that stays is on a page, and none that is gone on a later list', async () => {
      const ids: RoomId[] = [];
      for (let index = 0; index < ROOMS_PER_PAGE + 30; index += 1) {
        roomId = roomIds.mint();
        ids.push(roomId);
        await make();
      }
      const all = async () => {
        const found = new Set<RoomId>();
        for (let cursor: string | null | undefined; cursor !== null;) {
          const page = await store.list(cursor ?? null);
          for (const id of page.roomIds) found.add(id);
          if (page.next !== null) expect(page.next).toMatch(ROOM_CURSOR);
          cursor = page.next;
        }
        return found;
      };
      const found = await all();
      expect(ids.filter((id) => !found.has(id))).toEqual([]);
      const record = await load();
      if (record === null) throw new Error('the last room is there');
      expect(await store.delete(roomId, positionOf(record))).toBe(true);
      expect((await all()).has(roomId)).toBe(false);
    });

    it('V1 an append on a record that has moved on is refused and changes nothing', async () => {
      const record = await make();
      const after = await grow(record);
      const late = await store.append(roomId, {
        expected: positionOf(record),
        events: [next(record)],
      });
      expect(late).toBe(false);
      expect(await load()).toEqual(after);
    });

    it('V1 a room can be made only once', async () => {
      const record = await make();
      const base = emptyRecord(newIncarnation(), newHead());
      const event = next(base);
      const again = await store.append(roomId, {
        expected: null,
        events: [event],
        snapshot: evolve(base, event),
      });
      expect(again).toBe(false);
      expect(await load()).toEqual(record);
    });

    it('V1 an append on a room that is gone is refused', async () => {
      const record = await make();
      expect(await store.delete(roomId, positionOf(record))).toBe(true);
      const append = { expected: positionOf(record), events: [next(record)] };
      expect(await store.append(roomId, append)).toBe(false);
      expect(await load()).toBeNull();
    });

    it('V1 of many appends at once on one record, one wins', async () => {
      const record = await make();
      const results = await Promise.all(
        Array.from({ length: 20 }, () =>
          store.append(roomId, { expected: positionOf(record), events: [next(record)] }),
        ),
      );
      expect(results.filter(Boolean)).toHaveLength(1);
      expect((await load())?.version).toBe(record.version + 1);
    });

    it('V1 events of one append are kept together, in order', async () => {
      const record = await make();
      const first = next(record);
      const second = next(evolve(record, first));
      const events = [first, second];
      expect(await store.append(roomId, { expected: positionOf(record), events })).toBe(true);
      expect(await store.read(roomId, positionOf(record))).toEqual({ kind: 'events', events });
    });

    it('V1 an append repeated because its answer was lost is done, once', async () => {
      const record = await make();
      const event = next(record);
      const append = { expected: positionOf(record), events: [event] };
      expect([await store.append(roomId, append), await store.append(roomId, append)]).toEqual([
        true,
        true,
      ]);
      const after = evolve(record, event);
      expect(await load()).toEqual(after);
      await grow(after);
      expect(await store.append(roomId, append)).toBe(false);
    });

    it('V1 the append that made a room, repeated, is done, once', async () => {
      const base = emptyRecord(newIncarnation(), newHead());
      const event = next(base);
      const append = { expected: null, events: [event], snapshot: evolve(base, event) };
      expect(await store.append(roomId, append)).toBe(true);
      expect(await store.append(roomId, append)).toBe(true);
      expect(await load()).toEqual(append.snapshot);
    });

    it('V4 reading from a position gives exactly what came after', async () => {
      const early = await make(3);
      const late = await grow(await grow(early));
      const read = await store.read(roomId, positionOf(early));
      expect(read.kind).toBe('events');
      if (read.kind !== 'events') return;
      expect(read.events.map(({ version }) => version)).toEqual([4, 5]);
      expect(fold(early, read.events)).toEqual(late);
      expect(await store.read(roomId, positionOf(late))).toEqual({ kind: 'events', events: [] });
    });

    it('V4 a position of a forked log is a reset: same incarnation, same version, other head', async () => {
      const record = await make(3);
      const fork: Position = { ...positionOf(record), head: newHead() };
      expect(await store.read(roomId, fork)).toEqual({ kind: 'reset' });
      await grow(record);
      expect(await store.read(roomId, fork)).toEqual({ kind: 'reset' });
      expect(await store.append(roomId, { expected: fork, events: [next(record)] })).toBe(false);
    });

    it('V4 a position that a rewound log has not reached yet is a reset', async () => {
      const record = await make(3);
      const ahead: Position = { ...positionOf(record), version: record.version + 4 };
      expect(await store.read(roomId, ahead)).toEqual({ kind: 'reset' });
    });

    it('V4 a position of a room since made again is a reset, and its appends are refused', async () => {
      const old = await make(2);
      expect(await store.delete(roomId, positionOf(old))).toBe(true);
      const made = await make(2);
      expect(made.version).toBe(old.version);
      expect(await store.read(roomId, positionOf(old))).toEqual({ kind: 'reset' });
      const append = { expected: positionOf(old), events: [next(old)] };
      expect(await store.append(roomId, append)).toBe(false);
      const imposter = { ...positionOf(made), incarnation: Incarnation.parse('A'.repeat(16)) };
      expect(await store.append(roomId, { expected: imposter, events: [next(made)] })).toBe(false);
    });

    it('V5 a record is deleted only while it is the one that was meant', async () => {
      const record = await make();
      const after = await grow(record);
      expect(await store.delete(roomId, positionOf(record))).toBe(false);
      expect(await load()).toEqual(after);
      expect(await store.delete(roomId, positionOf(after))).toBe(true);
      expect(await store.delete(roomId, positionOf(after))).toBe(false);
    });

    it('V5 renewing says where the record is, and null where there is none', async () => {
      expect(await store.renew(roomId)).toBeNull();
      const record = await make(3);
      expect(await store.renew(roomId)).toEqual(positionOf(record));
      expect(await load()).toEqual(record);
      await store.delete(roomId, positionOf(record));
      expect(await store.renew(roomId)).toBeNull();
      expect(await load()).toBeNull();
    });

    it('V6 the log is trimmed by bytes behind the snapshot, and never past it', async () => {
      const small = await makeStore(2_000);
      let record = await make(40, small);
      const early = positionOf(record);
      // No new snapshot yet: the whole log is needed, however long.
      expect((await small.read(roomId, { ...early })).kind).toBe('events');
      const event = next(record);
      record = evolve(record, event);
      const append = { expected: early, events: [event], snapshot: record };
      expect(await small.append(roomId, append)).toBe(true);
      record = await grow(record, small);
      expect(await load(small)).toEqual(record);
      expect((await small.read(roomId, early)).kind).toBe('events');
      await small.close();
    });

    it('V6 a position that is no longer kept gets a snapshot and what followed it', async () => {
      const small = await makeStore(2_000);
      let record = await make(2, small);
      const forgotten = positionOf(record);
      for (let index = 0; index < 40; index += 1) record = await grow(record, small);
      const event = next(record);
      const expected = positionOf(record);
      record = evolve(record, event);
      await small.append(roomId, { expected, events: [event], snapshot: record });
      record = await grow(record, small);
      const read = await small.read(roomId, forgotten);
      expect(read.kind).toBe('snapshot');
      if (read.kind === 'snapshot') expect(fold(read.snapshot, read.events)).toEqual(record);
      await small.close();
    });

    it('V7 who subscribed hears of appends to that room and no other, until it stops', async () => {
      const heard: number[] = [];
      const stop = await store.subscribe(roomId, {
        ...DEAF,
        onEvents: (events) => heard.push(...events.map(({ version }) => version)),
      });
      const record = await make(2);
      await expect.poll(() => heard).toEqual([1, 2]);
      const here = roomId;
      roomId = roomIds.mint();
      await make(1);
      roomId = here;
      stop();
      await grow(record);
      expect(heard).toEqual([1, 2]);
    });

    it('V7 two who subscribed alike are told each, and stop each for itself', async () => {
      const heard: string[] = [];
      const stopFirst = await store.subscribe(roomId, {
        ...DEAF,
        onEvents: () => heard.push('first'),
      });
      const stopSecond = await store.subscribe(roomId, {
        ...DEAF,
        onEvents: () => heard.push('second'),
      });
      const record = await make(1);
      await expect.poll(() => heard.toSorted()).toEqual(['first', 'second']);
      stopFirst();
      await grow(record);
      await expect.poll(() => heard.toSorted()).toEqual(['first', 'second', 'second']);
      stopSecond();
    });
  });
};
