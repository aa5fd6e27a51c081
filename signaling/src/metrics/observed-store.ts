// A room store that tells of every call, and of how long an append takes to come back as news: on its own
// node, so that both moments are of one clock, but by the way that it takes to every other node.
import type { Head } from '../protocol/index.ts';
import type { RoomEvent } from '../rooms/record.ts';
import { ownListener, type RoomStore } from '../rooms/room-store.ts';
import type { Observer, StoreCall } from './observer.ts';

/** Appends whose news is awaited; a lost hint would otherwise be waited for for ever. */
const MOST_AWAITED = 1_000;

export const observeStore = (
  store: RoomStore,
  observer: Observer,
  nowMs: () => number = () => performance.now(),
): RoomStore => {
  const begunAtMs = new Map<Head, number>();

  const awaitNews = (head: Head): void => {
    const oldest = begunAtMs.keys().next();
    if (begunAtMs.size >= MOST_AWAITED && oldest.done !== true) begunAtMs.delete(oldest.value);
    begunAtMs.set(head, nowMs());
  };

  const hear = (events: readonly RoomEvent[]): void => {
    for (const { head } of events) {
      const sinceMs = begunAtMs.get(head);
      if (sinceMs === undefined) continue;
      begunAtMs.delete(head);
      observer.eventReturned(nowMs() - sinceMs);
    }
  };

  const timed = async <T>(call: StoreCall, run: () => Promise<T>): Promise<T> => {
    const sinceMs = nowMs();
    try {
      const answer = await run();
      observer.storeCalled(call, true, nowMs() - sinceMs);
      return answer;
    } catch (error) {
      observer.storeCalled(call, false, nowMs() - sinceMs);
      throw error;
    }
  };

  return {
    append: async (roomId, append) => {
      const last = append.events.at(-1)?.head;
      // Before it is appended: the news may well come before the answer.
      if (last !== undefined) awaitNews(last);
      try {
        const isAppended = await timed('append', () => store.append(roomId, append));
        if (!isAppended && last !== undefined) begunAtMs.delete(last);
        observer.appended(isAppended ? 'appended' : 'lost');
        return isAppended;
      } catch (error) {
        observer.appended('failed');
        throw error;
      }
    },
    read: (roomId, after) => timed('read', () => store.read(roomId, after)),
    renew: (roomId) => timed('renew', () => store.renew(roomId)),
    delete: (roomId, expected) => timed('delete', () => store.delete(roomId, expected)),
    post: (roomId, incarnation, message) =>
      timed('post', () => store.post(roomId, incarnation, message)),
    readMessages: (roomId, afterSeq) =>
      timed('readMessages', () => store.readMessages(roomId, afterSeq)),
    list: (cursor) => timed('list', () => store.list(cursor)),
    whisper: (roomId, whisper) => timed('whisper', () => store.whisper(roomId, whisper)),
    subscribe: (roomId, listener) =>
      timed('subscribe', () =>
        store.subscribe(roomId, {
          ...ownListener(listener),
          onEvents: (events) => {
            hear(events);
            listener.onEvents(events);
          },
        }),
      ),
    close: () => store.close(),
  };
};
