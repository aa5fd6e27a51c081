// When a replica writes snapshots: by facts and by bytes, whichever node appends (PROTOCOL V6).
import { expect, it } from 'vitest';
import { roomIds } from '../../test/contracts/store-fixtures.ts';
import { join } from '../../test/support/decisions.ts';
import { anyCommit, anyPoint, anyTag, pointAfter } from '../../test/support/group-samples.ts';
import { newPeerId } from '../random.ts';
import { createMemoryRoomStore } from './memory-room-store.ts';
import { bytesOf, positionOf } from './record.ts';
import { RoomReplica } from './room-replica.ts';
import { type Append, LOG_BYTES, SNAPSHOT_BYTES, SNAPSHOT_EVERY } from './room-store.ts';

const DEAF = { onEvents: () => undefined, onReset: () => undefined };

/** A room of one, two nodes that append in turn, and what they appended. */
const start = async () => {
  const store = createMemoryRoomStore();
  const appended: Append[] = [];
  const watched: typeof store = {
    ...store,
    append: async (id, append) => {
      const isTaken = await store.append(id, append);
      if (isTaken) appended.push(append);
      return isTaken;
    },
  };
  const roomId = roomIds.mint();
  const nodes = [1, 2].map(() => new RoomReplica(roomId, watched, DEAF));
  const [one, other] = nodes;
  if (one === undefined || other === undefined) throw new Error('two nodes');
  const ada = newPeerId();
  const { record } = await one.execute(join(ada, 3));
  const who = { peerId: ada, session: record.peers[0]?.session ?? 0 };
  return { store, appended, roomId, one, other, who };
};

it('V6 no more than so many bytes of log lie behind a snapshot, whoever appends', async () => {
  const { store, appended, roomId, one, other, who } = await start();
  let group = anyPoint(1);
  const create = { type: 'create-group', group, prev: null, tag: anyTag(), ...who } as const;
  const early = positionOf((await one.execute(create)).record);
  for (let made = 0; made < 30; made += 1) {
    const commit = { ...anyCommit(group), envelope: 'A'.repeat(50_000 + made * 1_000) };
    const node = made % 3 === 0 ? one : other;
    await node.execute({ type: 'commit', ...commit, ...who, atMs: made * 60_000 });
    group = pointAfter(group);
  }
  let behind = 0;
  for (const { events, snapshot } of appended) {
    const bytes = events.reduce((sum, event) => sum + bytesOf(event), 0);
    behind = snapshot === undefined ? behind + bytes : 0;
    expect(behind).toBeLessThan(SNAPSHOT_BYTES);
  }
  const total = appended
    .flatMap(({ events }) => events)
    .reduce((sum, one) => sum + bytesOf(one), 0);
  expect(total).toBeGreaterThan(3 * SNAPSHOT_BYTES);
  // The first is the new room's own; none is written more often than it has to be.
  const written = appended.filter(({ snapshot }) => snapshot !== undefined).length;
  expect(written).toBe(1 + Math.floor(total / SNAPSHOT_BYTES));
  expect(total).toBeGreaterThan(LOG_BYTES);
  expect((await store.read(roomId, early)).kind).toBe('snapshot');
});

it('V6 small facts make a snapshot every so many', async () => {
  const { appended, one, who } = await start();
  for (let made = 0; made < 2 * SNAPSHOT_EVERY; made += 1) {
    await one.execute({ type: 'set-stream', source: 'mic', on: made % 2 === 0, ...who });
  }
  const versions = appended.flatMap(({ snapshot }) => (snapshot ? [snapshot.version] : []));
  expect(versions).toEqual([1, SNAPSHOT_EVERY, 2 * SNAPSHOT_EVERY]);
});

it('V1 who loses races one after another waits at random, and longer each time', async () => {
  const store = createMemoryRoomStore();
  const roomId = roomIds.mint();
  const there = new RoomReplica(roomId, store, DEAF);
  let races = 0;
  const contested: typeof store = {
    ...store,
    append: async (id, append) => {
      races += 1;
      if (races <= 5) await there.execute(join(newPeerId()));
      return store.append(id, append);
    },
  };
  const pauses: number[] = [];
  const here = new RoomReplica(roomId, contested, DEAF, async (ms) => void pauses.push(ms));
  await here.execute(join(newPeerId()));
  expect(races).toBe(6);
  // None after the first: most often there is no second.
  expect(pauses).toHaveLength(4);
  pauses.forEach((ms, index) => {
    expect(ms).toBeGreaterThanOrEqual(0);
    expect(ms).toBeLessThan(10 * (index + 1));
  });
});
