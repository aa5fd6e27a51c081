// What becomes of commands whose answer the store lost: each is done once or not at all, and told once.
import { describe, expect, it } from 'vitest';
import { roomIds } from '../../test/contracts/store-fixtures.ts';
import { join } from '../../test/support/decisions.ts';
import { forgetfulStore } from '../../test/support/forgetful-store.ts';
import type { PeerId } from '../protocol/index.ts';
import { newPeerId } from '../random.ts';
import { createMemoryRoomStore } from './memory-room-store.ts';
import type { Fact } from './record.ts';
import { RoomReplica } from './room-replica.ts';
import { SNAPSHOT_EVERY } from './room-store.ts';

const [ada, bob, carol] = [newPeerId(), newPeerId(), newPeerId()];

const NAMES = new Map([
  [ada, 'ada'],
  [bob, 'bob'],
  [carol, 'carol'],
]);
const nameOf = (peerId: PeerId): string => NAMES.get(peerId) ?? 'nobody';

const newsOf = (fact: Fact): string[] => {
  if (fact.type === 'peer-joined') return [nameOf(fact.peer.peerId)];
  return fact.type === 'peer-left' ? [`${nameOf(fact.peerId)} left`] : [];
};

const start = (logBytes?: number) => {
  const memory = createMemoryRoomStore(logBytes);
  const store = forgetfulStore(memory);
  const roomId = roomIds.mint();
  /** `done`, who came and who went, as it was told. */
  const told: string[] = [];
  const deaf = { onEvents: () => undefined, onReset: () => undefined };
  const here = new RoomReplica(roomId, store, {
    onEvents: (events) => told.push(...events.flatMap(({ fact }) => newsOf(fact))),
    onReset: () => told.push('reset'),
  });
  const there = new RoomReplica(roomId, memory, deaf);
  const peers = async () => {
    await there.catchUp();
    return there.record?.peers.map(({ peerId }) => nameOf(peerId));
  };
  const done = (): void => void told.push('done');
  return { memory, store, roomId, here, there, told, done, peers };
};

describe.each(['throws', 'denies'] as const)('an append is done and its answer %s', (answer) => {
  it('V1 the command is done once, and told once, after its caller has heard of it', async () => {
    const { here, store, told, done, peers } = start();
    await here.execute(join(ada));
    store.lose('append', answer);
    const { changed, record } = await here.execute(join(bob), done);
    expect([changed, record.version]).toEqual([true, 2]);
    expect(told).toEqual(['ada', 'done', 'bob']);
    expect(await peers()).toEqual(['ada', 'bob']);
    await here.execute(join(carol));
    expect(told).toEqual(['ada', 'done', 'bob', 'carol']);
    expect(await peers()).toEqual(['ada', 'bob', 'carol']);
  });

  it('V1 also the one that made the room', async () => {
    const { here, store, told, done, peers } = start();
    store.lose('append', answer);
    const { record } = await here.execute(join(ada), done);
    expect(record.version).toBe(1);
    expect(told).toEqual(['done', 'ada']);
    expect(await peers()).toEqual(['ada']);
  });

  it('V2 what others appended behind it is told behind it', async () => {
    for (const isNew of [false, true]) {
      const { here, there, store, told, done, peers } = start();
      if (!isNew) await here.execute(join(ada));
      told.length = 0;
      store.lose('append', answer, () => there.execute(join(carol)));
      const { record } = await here.execute(join(bob), done);
      expect(record.version).toBe(isNew ? 1 : 2);
      expect(told).toEqual(['done', 'bob', 'carol']);
      expect(await peers()).toEqual(isNew ? ['bob', 'carol'] : ['ada', 'bob', 'carol']);
      expect(here.record).toEqual(there.record);
    }
  });

  it('V1 where the log no longer reaches back to it, nobody says that it was done or was not', async () => {
    const { here, there, store, peers } = start(0);
    await here.execute(join(ada));
    store.lose('append', answer, async () => {
      const { record } = await there.execute(join(carol));
      const { session = 0 } = record.peers.find(({ peerId }) => peerId === carol) ?? {};
      for (let count = 0; count < SNAPSHOT_EVERY; count += 1) {
        const on = count % 2 === 0;
        await there.execute({ type: 'set-stream', source: 'mic', on, peerId: carol, session });
      }
    });
    await expect(here.execute(join(bob))).rejects.toMatchObject({ code: 'unavailable' });
    expect(await peers()).toEqual(['ada', 'bob', 'carol']);
    expect(here.record).toEqual(there.record);
  });
});

it('V1 an append that was not done fails with its error, and nobody is told; others’ are', async () => {
  const { here, there, store, told, done, peers } = start();
  await here.execute(join(ada));
  store.lose('append', 'refuses', () => there.execute(join(carol)));
  await expect(here.execute(join(bob), done)).rejects.toMatchObject({ code: 'unavailable' });
  expect(told).toEqual(['ada', 'carol']);
  expect(await peers()).toEqual(['ada', 'carol']);
});

it('V1 an append that lost to another is decided again on what that made', async () => {
  const { here, there, store, told, done, peers } = start();
  await here.execute(join(ada));
  await there.execute(join(carol));
  const before = store.reads();
  await here.execute(join(bob), done);
  expect(told).toEqual(['ada', 'carol', 'done', 'bob']);
  expect(await peers()).toEqual(['ada', 'carol', 'bob']);
  expect(store.reads() - before).toBe(1);
});

const leaving = async (on: ReturnType<typeof start>) => {
  const { record } = await on.here.execute(join(ada));
  const { session = 0 } = record.peers[0] ?? {};
  return { type: 'leave', reason: 'left', peerId: ada, session } as const;
};

describe('V5 the last one leaves', () => {
  it('the record is gone though the answer said that it is not', async () => {
    const on = start();
    const leave = await leaving(on);
    on.store.lose('delete', 'denies');
    expect(await on.here.execute(leave)).toMatchObject({ changed: true, forgotten: true });
    expect(on.here.record).toBeNull();
    expect(await on.memory.read(on.roomId, null)).toEqual({ kind: 'reset' });
  });

  it('a store that is away then takes nothing back: the leave is done', async () => {
    const on = start();
    const leave = await leaving(on);
    on.store.lose('delete', 'refuses');
    expect(await on.here.execute(leave)).toMatchObject({ changed: true, forgotten: false });
    expect(await on.peers()).toEqual([]);
    await on.here.execute(join(bob));
    expect(await on.peers()).toEqual(['bob']);
  });

  it('who came in meanwhile keeps the record', async () => {
    const on = start();
    const leave = await leaving(on);
    on.store.lose('delete', 'late', () => on.there.execute(join(bob)));
    expect(await on.here.execute(leave)).toMatchObject({ changed: true, forgotten: false });
    expect(on.told).toEqual(['ada', 'ada left', 'bob']);
    expect(await on.peers()).toEqual(['bob']);
  });
});

it('V7 hints of what this node appended itself cost no look at the store', async () => {
  const { here, memory, store, roomId, told } = start();
  const hints: (() => Promise<void>)[] = [];
  await memory.subscribe(roomId, {
    onMissed: () => undefined,
    onEvents: (events) => hints.push(() => here.absorb(events)),
    onMessage: () => undefined,
    onWhisper: () => undefined,
  });
  for (const peerId of [ada, bob, carol]) await here.execute(join(peerId));
  const before = store.reads();
  for (const absorb of hints) await absorb();
  expect(hints).toHaveLength(3);
  expect(store.reads()).toBe(before);
  expect(told).toEqual(['ada', 'bob', 'carol']);
});
