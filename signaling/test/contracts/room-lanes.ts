// What every RoomStore must do beside the log: the ring of application messages and the whispers. The
// names carry PROTOCOL ids.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PeerId, RoomId } from '../../src/protocol/index.ts';
import { newIncarnation, newPeerId } from '../../src/random.ts';
import { evolve } from '../../src/rooms/evolve.ts';
import { positionOf, type RoomRecord } from '../../src/rooms/record.ts';
import {
  RING_BYTES,
  RING_MESSAGES,
  type RingEntry,
  type RoomStore,
  type Whisper,
} from '../../src/rooms/room-store.ts';
import { anyPoint } from '../support/group-samples.ts';
import type { MakeStore } from './room-store.ts';
import { DEAF, makeRoom, next, roomIds } from './store-fixtures.ts';

const saying = (envelope: string, from: PeerId = newPeerId()) => ({ from, envelope });

export const describeRoomLanes = (name: string, makeStore: MakeStore): void => {
  describe(`room store contract, ring and whispers: ${name}`, () => {
    let store: RoomStore;
    let roomId: RoomId;
    let record: RoomRecord;
    beforeEach(async () => {
      store = await makeStore();
      roomId = roomIds.mint();
      record = await makeRoom(store, roomId);
    });
    afterEach(() => store.close());

    const post = (envelope: string) => store.post(roomId, record.incarnation, saying(envelope));
    const seqs = async (after: number) =>
      (await store.readMessages(roomId, after))?.messages.map(({ seq }) => seq);

    it('K7 an empty ring has the number 0; each message gets the next', async () => {
      const { incarnation } = record;
      expect(await store.readMessages(roomId, 0)).toEqual({ incarnation, last: 0, messages: [] });
      const message = { ...saying('one'), to: newPeerId() };
      const posted = await store.post(roomId, incarnation, message);
      expect(posted).toEqual({ ...message, seq: 1 });
      expect((await post('two'))?.seq).toBe(2);
      expect(await store.readMessages(roomId, 0)).toMatchObject({ incarnation, last: 2 });
      const newest = { incarnation, last: 2, messages: [] };
      expect(await store.readMessages(roomId, Infinity)).toEqual(newest);
      expect(await seqs(0)).toEqual([1, 2]);
      expect(await seqs(1)).toEqual([2]);
      expect(await seqs(7)).toEqual([]);
    });

    it('K7 many at once get numbers of their own', async () => {
      const posted = await Promise.all(Array.from({ length: 50 }, (_, index) => post(`${index}`)));
      const given = posted.map((message) => message?.seq ?? 0);
      expect(given.toSorted((a, b) => a - b)).toEqual(Array.from(given, (_, index) => index + 1));
    });

    it('K7 the ring keeps so many messages and goes on counting', async () => {
      for (let index = 0; index < RING_MESSAGES + 10; index += 1) await post('x');
      const read = await store.readMessages(roomId, 0);
      expect(read?.last).toBe(RING_MESSAGES + 10);
      expect(read?.messages).toHaveLength(RING_MESSAGES);
      expect(read?.messages[0]?.seq).toBe(11);
    });

    it('K7 the ring keeps so many bytes', async () => {
      const large = 'x'.repeat(24_000);
      for (let index = 0; index < 40; index += 1) await post(large);
      const read = await store.readMessages(roomId, 0);
      expect(Buffer.byteLength(JSON.stringify(read?.messages))).toBeLessThanOrEqual(RING_BYTES);
      expect(read?.messages.length).toBeGreaterThan(15);
      expect(read?.messages.at(-1)?.seq).toBe(40);
    });

    it('K7 no flood of messages takes anything from the log', async () => {
      const early = positionOf(record);
      const event = next(record);
      await store.append(roomId, { expected: early, events: [event] });
      for (let index = 0; index < 300; index += 1) await post('x'.repeat(24_000));
      expect(await store.read(roomId, early)).toEqual({ kind: 'events', events: [event] });
    });

    it('K7 the ring is the record’s: gone with it, and another life begins at 1', async () => {
      await post('one');
      expect(await store.delete(roomId, positionOf(record))).toBe(true);
      expect(await store.readMessages(roomId, 0)).toBeUndefined();
      expect(await post('two')).toBeUndefined();
      const former = record;
      record = await makeRoom(store, roomId);
      expect(await store.post(roomId, former.incarnation, saying('late'))).toBeUndefined();
      expect(await store.post(roomId, newIncarnation(), saying('never'))).toBeUndefined();
      expect((await post('three'))?.seq).toBe(1);
    });

    it('V7 who subscribed hears of messages and whispers of that room and no other, until it stops', async () => {
      const messages: RingEntry[] = [];
      const whispers: Whisper[] = [];
      const stop = await store.subscribe(roomId, {
        ...DEAF,
        onMessage: (entry) => messages.push(entry),
        onWhisper: (whisper) => whispers.push(whisper),
      });
      const other = roomIds.mint();
      const elsewhere = await makeRoom(store, other);
      const whisper = { peerId: newPeerId(), group: anyPoint(3), at: positionOf(record) };
      await store.post(other, elsewhere.incarnation, saying('elsewhere'));
      await store.whisper(other, { ...whisper, peerId: newPeerId() });
      const message = await post('here');
      await store.whisper(roomId, whisper);
      await expect.poll(() => messages).toEqual([{ incarnation: record.incarnation, message }]);
      await expect.poll(() => whispers).toEqual([whisper]);
      stop();
      await post('late');
      await store.whisper(roomId, whisper);
      expect(messages).toHaveLength(1);
      expect(whispers).toHaveLength(1);
    });

    it('V7 what was posted after an append is told after it', async () => {
      const order: string[] = [];
      const stop = await store.subscribe(roomId, {
        ...DEAF,
        onEvents: () => order.push('event'),
        onMessage: () => order.push('message'),
        onWhisper: () => order.push('whisper'),
      });
      const event = next(record);
      await store.append(roomId, { expected: positionOf(record), events: [event] });
      const at = positionOf(evolve(record, event));
      await post('about-it');
      await store.whisper(roomId, { peerId: newPeerId(), group: anyPoint(1), at });
      await expect.poll(() => order).toEqual(['event', 'message', 'whisper']);
      stop();
    });

    it('V7 many appends, messages and whispers are told in the order in which they were made', async () => {
      const order: string[] = [];
      const stop = await store.subscribe(roomId, {
        onMissed: () => order.push('missed'),
        onEvents: (events) => order.push(...events.map(({ version }) => `event ${version}`)),
        onMessage: ({ message }) => order.push(`message ${message.seq}`),
        onWhisper: ({ group }) => order.push(`whisper ${group.epoch}`),
      });
      const made: string[] = [];
      let reached = record;
      for (let round = 1; round <= 20; round += 1) {
        const event = next(reached);
        await store.append(roomId, { expected: positionOf(reached), events: [event] });
        reached = evolve(reached, event);
        await post(`${round}`);
        const group = anyPoint(1, round);
        await store.whisper(roomId, { peerId: newPeerId(), group, at: positionOf(reached) });
        made.push(`event ${reached.version}`, `message ${round}`, `whisper ${round}`);
      }
      await expect.poll(() => order).toEqual(made);
      stop();
    });

    it('K6 a whisper is kept nowhere: who subscribes later hears nothing of it', async () => {
      await store.whisper(roomId, {
        peerId: newPeerId(),
        group: anyPoint(1),
        at: positionOf(record),
      });
      const heard: string[] = [];
      const stop = await store.subscribe(roomId, { ...DEAF, onWhisper: () => heard.push('late') });
      await post('after');
      expect(heard).toEqual([]);
      expect(await store.read(roomId, positionOf(record))).toEqual({ kind: 'events', events: [] });
      stop();
    });
  });
};
