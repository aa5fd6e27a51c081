// A memory store that does not take some appends, for as long or as often as a test wants.
import type { Fact } from '../../src/rooms/record.ts';
import { createMemoryRoomStore } from '../../src/rooms/memory-room-store.ts';
import type { RoomStore } from '../../src/rooms/room-store.ts';

export interface FailingStore {
  readonly store: RoomStore;
  /** Fails the next append, or the next one with such a fact. */
  readonly failOnce: (type?: Fact['type']) => void;
  /** Fails each append with such a fact, until null. */
  readonly failAll: (type: Fact['type'] | null) => void;
  readonly hasFailed: () => boolean;
}

export const failingStore = (): FailingStore => {
  const store = createMemoryRoomStore();
  let wanted: Fact['type'] | 'any' | null = null;
  let isOnce = false;
  let failures = 0;
  const fail = (type: Fact['type'] | 'any' | null, once: boolean): void => {
    wanted = type;
    isOnce = once;
    failures = 0;
  };
  return {
    store: {
      ...store,
      append: async (roomId, append) => {
        const isMeant = wanted === 'any' || append.events.some(({ fact }) => fact.type === wanted);
        if (!isMeant) return store.append(roomId, append);
        failures += 1;
        if (isOnce) wanted = null;
        throw new Error('the store is away');
      },
    },
    failOnce: (type) => fail(type ?? 'any', true),
    failAll: (type) => fail(type, false),
    hasFailed: () => failures > 0,
  };
};
