// A memory store as several nodes see it over a network: it can be away, do what it is asked and lose the
// answer, and lose what it has; and each node can be deaf to its hints.
import { AppError } from '../../src/errors.ts';
import type { RoomId } from '../../src/protocol/index.ts';
import { createMemoryRoomStore } from '../../src/rooms/memory-room-store.ts';
import type { RoomStore, StoreListener } from '../../src/rooms/room-store.ts';

/** The store as one node has it. */
export interface NodeStore {
  readonly store: RoomStore;
  /** From now on no hint comes here. */
  deafen(): void;
  /** Hints come again; `isTold`: that some were missed, as after a lost subscription. */
  listen(isTold: boolean): void;
  /** As a process that is stopped, or gone: nothing that it asks is done, and it hears nothing. */
  sleep(): void;
  /** What it asked is done now, and it finds out that it missed something. */
  wake(): void;
}

export interface StoppableStore {
  /** For the test itself: it answers whatever happens. */
  readonly store: RoomStore;
  nodeStore(): NodeStore;
  isReady(): boolean;
  /** Each call fails at once. */
  stop(): void;
  /** Calls wait, until `stop` fails or `start` answers them. */
  hang(): void;
  /** What hung is answered; where a hint was lost, every node is told that it may have missed some. */
  start(): void;
  /** The next append or message is done, and its answer lost with the hint of it: then it is away. */
  stopAfterNext(): void;
  /** It forgets every room, as when it is started anew without its data. */
  empty(): Promise<void>;
  /** Calls that were made while it was away. */
  readonly failures: number;
}

interface Subscriber {
  readonly roomId: RoomId;
  readonly listener: StoreListener;
  stop: () => void;
}

type State = 'up' | 'hanging' | 'down';

const away = (): AppError => new AppError('unavailable', 'the store does not answer');

const deafenable = (listener: StoreListener, isDeaf: () => boolean): StoreListener => ({
  onMissed: () => isDeaf() || listener.onMissed(),
  onEvents: (events) => isDeaf() || listener.onEvents(events),
  onMessage: (entry) => isDeaf() || listener.onMessage(entry),
  onWhisper: (whisper) => isDeaf() || listener.onWhisper(whisper),
});

export const stoppableStore = (): StoppableStore => {
  let memory = createMemoryRoomStore();
  let state: State = 'up';
  let isLast = false;
  let isLosing = false;
  let hasLost = false;
  let failures = 0;
  let turn = Promise.withResolvers<void>();

  const set = (next: State): void => {
    state = next;
    turn.resolve();
    turn = Promise.withResolvers<void>();
  };

  const ask = async <T>(call: (store: RoomStore) => Promise<T>): Promise<T> => {
    if (state === 'hanging') {
      await turn.promise;
      return ask(call);
    }
    if (state === 'up') return call(memory);
    failures += 1;
    throw away();
  };

  const change = async <T>(call: (store: RoomStore) => Promise<T>): Promise<T> => {
    if (!isLast || state !== 'up') return ask(call);
    isLast = false;
    isLosing = true;
    hasLost = true;
    await ask(call).finally(() => {
      isLosing = false;
    });
    set('down');
    throw away();
  };

  const subscribers = new Set<Subscriber>();

  const nodeStore = (): NodeStore => {
    let isDeaf = false;
    let sleep: PromiseWithResolvers<void> | null = null;
    const listeners = new Set<StoreListener>();
    const awake = async <T>(call: () => Promise<T>): Promise<T> => {
      if (sleep !== null) await sleep.promise;
      return call();
    };
    const listen = (isTold: boolean): void => {
      isDeaf = false;
      if (isTold) for (const listener of listeners) listener.onMissed();
    };
    return {
      store: {
        append: (roomId, append) => awake(() => change((store) => store.append(roomId, append))),
        read: (roomId, after) => awake(() => ask((store) => store.read(roomId, after))),
        renew: (roomId) => awake(() => ask((store) => store.renew(roomId))),
        delete: (roomId, expected) => awake(() => ask((store) => store.delete(roomId, expected))),
        post: (roomId, incarnation, message) =>
          awake(() => change((store) => store.post(roomId, incarnation, message))),
        readMessages: (roomId, afterSeq) =>
          awake(() => ask((store) => store.readMessages(roomId, afterSeq))),
        list: (cursor) => awake(() => ask((store) => store.list(cursor))),
        whisper: (roomId, whisper) => awake(() => ask((store) => store.whisper(roomId, whisper))),
        subscribe: (roomId, listener) =>
          ask(async (store) => {
            const mine = deafenable(listener, () => isDeaf || isLosing);
            listeners.add(listener);
            const entry: Subscriber = {
              roomId,
              listener: mine,
              stop: await store.subscribe(roomId, mine),
            };
            subscribers.add(entry);
            return () => {
              listeners.delete(listener);
              subscribers.delete(entry);
              entry.stop();
            };
          }),
        close: async () => undefined,
      },
      deafen: () => {
        isDeaf = true;
      },
      listen,
      sleep: () => {
        isDeaf = true;
        sleep = Promise.withResolvers();
      },
      wake: () => {
        sleep?.resolve();
        sleep = null;
        listen(true);
      },
    };
  };

  return {
    get store() {
      return memory;
    },
    nodeStore,
    isReady: () => state === 'up',
    stop: () => set('down'),
    hang: () => set('hanging'),
    start: () => {
      set('up');
      if (hasLost) for (const { listener } of subscribers) listener.onMissed();
      hasLost = false;
    },
    stopAfterNext: () => {
      isLast = true;
    },
    empty: async () => {
      memory = createMemoryRoomStore();
      for (const entry of subscribers)
        entry.stop = await memory.subscribe(entry.roomId, entry.listener);
    },
    get failures() {
      return failures;
    },
  };
};
