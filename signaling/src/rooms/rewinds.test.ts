// A store that went back to an older record: who had left by then is no ghost in it for ever (PROTOCOL S7).
import { expect, it } from 'vitest';
import { roomIds } from '../../test/contracts/store-fixtures.ts';
import { join } from '../../test/support/decisions.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { rewindableMemory } from '../../test/support/rewindable-store.ts';
import type { PeerId } from '../protocol/index.ts';
import { newPeerId } from '../random.ts';
import { ABSENCE_MS } from './absences.ts';
import { createMemoryNodeLeases, type LeaseBoard } from './memory-node-leases.ts';
import { findPeer, type RoomRecord } from './record.ts';
import { COME_AGAIN_MS } from './rewinds.ts';
import { RoomService } from './room-service.ts';
import { RENEW_MS } from './room-store.ts';

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
};

const start = () => {
  const clock = new ManualClock();
  const board: LeaseBoard = new Map();
  const roomId = roomIds.mint();
  const memory = rewindableMemory(roomId);
  const told: string[] = [];
  const names = new Map<PeerId, string>();
  const nameOf = (peerId: PeerId): string => names.get(peerId) ?? 'nobody';

  const node = () => {
    const leases = createMemoryNodeLeases({ clock, board });
    const rooms: RoomService = new RoomService({
      store: memory.store,
      isStoreReady: () => true,
      leases,
      clock,
      onAbsenceOver: async (id, peerId, session) => {
        await rooms.execute(id, { type: 'leave', peerId, session, reason: 'timeout' });
        told.push(`${nameOf(peerId)} left`);
      },
      onForsaken: (_roomId, peerId) => void told.push(`${nameOf(peerId)} disconnected`),
      onMayGoDirect: async () => undefined,
      onLacksHome: async () => undefined,
      onHomeAwaited: () => undefined,
      onHomeAwaitedNoMore: () => undefined,
      onMediaLost: () => undefined,
      onStoreAway: () => undefined,
      onStoreBack: () => undefined,
      onError: (error) => void told.push(String(error)),
    });
    const come = async (name: string, peerId = newPeerId()) => {
      names.set(peerId, name);
      const enter = (record: RoomRecord): void => {
        const session = findPeer(record, peerId)?.session ?? 0;
        rooms.attach(roomId, {
          peerId,
          session,
          deliver: () => undefined,
          signal: () => undefined,
          message: () => undefined,
          reset: () => void told.push(`${name} reset`),
          cutOff: () => void told.push(`${name} cut off`),
          retire: (reason) => void told.push(`${name} ${reason}`),
        });
      };
      const command = { ...join(peerId), node: leases.self };
      const { record } = await rooms.execute(roomId, command, enter);
      return { peerId, session: findPeer(record, peerId)?.session ?? 0 };
    };
    return { rooms, come };
  };
  const pass = async (ms: number): Promise<void> => {
    for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
      clock.advance(1_000);
      await settled();
    }
  };
  const people = async (rooms: RoomService): Promise<readonly string[]> =>
    (await rooms.read(roomId))?.peers.map(
      ({ peerId, connected }) => `${nameOf(peerId)}${connected ? '' : ' away'}`,
    ) ?? [];
  const mark = () => memory.mark();
  const empty = () => memory.empty();
  return { roomId, mark, empty, told, node, pass, people };
};

it('S7 who had left is disconnected and leaves, though the node of then holds the room no more', async () => {
  const { roomId, mark, told, node, pass, people } = start();
  const [x, y] = [node(), node()];
  const quinn = await y.come('quinn');
  const pat = await x.come('pat');
  await settled();
  const goBack = await mark();
  await x.rooms.execute(roomId, { type: 'leave', ...pat, reason: 'left' });
  await settled();
  expect(x.rooms.held()).toEqual([]);
  await goBack();
  await pass(RENEW_MS);
  expect(told).toEqual(['pat gone', 'quinn reset']);
  told.length = 0;
  await y.come('quinn', quinn.peerId);
  expect(await people(y.rooms)).toEqual(['quinn', 'pat']);
  await pass(COME_AGAIN_MS);
  expect(await people(y.rooms)).toEqual(['quinn', 'pat away']);
  await pass(2 * ABSENCE_MS);
  expect(await people(y.rooms)).toEqual(['quinn']);
  expect(told).toEqual(['pat disconnected', 'pat left']);
});

it('S7 who came again is left alone by all nodes that found the older record', async () => {
  const { roomId, mark, told, node, pass, people } = start();
  const [x, y, z] = [node(), node(), node()];
  const quinn = await y.come('quinn');
  const rose = await z.come('rose');
  await x.come('pat');
  await settled();
  const goBack = await mark();
  await y.rooms.execute(roomId, {
    type: 'set-stream',
    ...quinn,
    source: 'mic',
    on: true,
  });
  await settled();
  await goBack();
  await pass(RENEW_MS);
  told.length = 0;
  await Promise.all([y.come('quinn', quinn.peerId), z.come('rose', rose.peerId)]);
  await pass(COME_AGAIN_MS);
  expect((await people(y.rooms)).toSorted()).toEqual(['pat away', 'quinn', 'rose']);
  expect(told.filter((line) => !line.startsWith('pat'))).toEqual([]);
});

it('S7 in a room that was made anew nobody is taken for a ghost', async () => {
  const { empty, told, node, pass, people } = start();
  const [x, y] = [node(), node()];
  const quinn = await y.come('quinn');
  const pat = await x.come('pat');
  await settled();
  await empty();
  await pass(RENEW_MS);
  expect(told.toSorted()).toEqual(['pat reset', 'quinn reset']);
  await Promise.all([y.come('quinn', quinn.peerId), x.come('pat', pat.peerId)]);
  await pass(2 * ABSENCE_MS);
  expect((await people(y.rooms)).toSorted()).toEqual(['pat', 'quinn']);
  expect(told).toHaveLength(2);
});
