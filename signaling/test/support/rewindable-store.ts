// A store of one room that can be put back to an earlier state without anybody being told, as a failover to
// a replica that lagged does, or emptied, as a restart without persistence does.
import type { RoomId } from '../../src/protocol/index.ts';
import type { RoomEvent } from '../../src/rooms/record.ts';
import { createMemoryRoomStore } from '../../src/rooms/memory-room-store.ts';
import type { Append, RoomStore } from '../../src/rooms/room-store.ts';

/** What a store did to its one room, in order: enough to do it again. */
export interface RewindableStore {
  readonly store: RoomStore;
  /** Keeps the state as it is now; the answer puts it back. */
  mark(): Promise<() => Promise<void>>;
  empty(): Promise<void>;
  close(): Promise<void>;
}

type Done =
  | { readonly type: 'append'; readonly append: Append }
  | { readonly type: 'delete'; readonly expected: Append['expected'] };

const redo = async (store: RoomStore, roomId: RoomId, done: readonly Done[]): Promise<void> => {
  for (const one of done) {
    if (one.type === 'append') await store.append(roomId, one.append);
    else if (one.expected !== null) await store.delete(roomId, one.expected);
  }
};

export const rewindableMemory = (roomId: RoomId, logBytes?: number): RewindableStore => {
  let inner = createMemoryRoomStore(logBytes);
  let done: Done[] = [];
  const listeners = new Set<(events: readonly RoomEvent[]) => void>();

  const putBack = async (former: readonly Done[]): Promise<void> => {
    const store = createMemoryRoomStore(logBytes);
    await redo(store, roomId, former);
    inner = store;
    done = [...former];
  };

  return {
    store: {
      ...inner,
      read: (id, after) => inner.read(id, after),
      renew: (id) => inner.renew(id),
      append: async (id, append) => {
        const isAppended = await inner.append(id, append);
        if (!isAppended) return false;
        done.push({ type: 'append', append });
        for (const tell of listeners) tell(append.events);
        return true;
      },
      delete: async (id, expected) => {
        const isDeleted = await inner.delete(id, expected);
        if (isDeleted) done.push({ type: 'delete', expected });
        return isDeleted;
      },
      subscribe: async (_id, listener) => {
        const tell = (events: readonly RoomEvent[]): void => listener.onEvents(events);
        listeners.add(tell);
        return () => void listeners.delete(tell);
      },
    },
    mark: async () => {
      const former = [...done];
      return () => putBack(former);
    },
    empty: () => putBack([]),
    close: () => inner.close(),
  };
};
