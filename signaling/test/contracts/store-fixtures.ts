// Rooms for the contracts of stores.
import { createRoomIds } from '../../src/auth/room-ids.ts';
import type { RoomId } from '../../src/protocol/index.ts';
import { newHead, newIncarnation, newNodeName, newPeerId } from '../../src/random.ts';
import { emptyRecord, evolve, NO_STREAMS } from '../../src/rooms/evolve.ts';
import type { Fact, RoomEvent, RoomRecord } from '../../src/rooms/record.ts';
import { JOIN_HASH } from '../support/rooms.ts';
import type { RoomStore, StoreListener } from '../../src/rooms/room-store.ts';

export const DEAF: StoreListener = {
  onMissed: () => undefined,
  onEvents: () => undefined,
  onMessage: () => undefined,
  onWhisper: () => undefined,
};

const ids = createRoomIds(Buffer.alloc(32, 7));

export const roomIds = { mint: () => ids.mint(JOIN_HASH) };

const joined = (): Fact => ({
  type: 'peer-joined',
  peer: {
    peerId: newPeerId(),
    session: 1,
    connected: true,
    node: newNodeName(),
    direct: true,
    streams: NO_STREAMS,
  },
});

export const next = (record: RoomRecord, fact: Fact = joined()): RoomEvent => ({
  incarnation: record.incarnation,
  version: record.version + 1,
  prev: record.head,
  head: newHead(),
  fact,
});

/** A new room of one event. */
export const makeRoom = async (store: RoomStore, roomId: RoomId): Promise<RoomRecord> => {
  const base = emptyRecord(newIncarnation(), newHead());
  const first = next(base);
  const snapshot = evolve(base, first);
  await store.append(roomId, { expected: null, events: [first], snapshot });
  return snapshot;
};
