// The room store of a single process, shared by all its apps. What it keeps is never changed in
// place, so it hands out what it holds.
import type { Position, RoomId } from '../protocol/index.ts';
import { bytesOf, positionOf, type RoomEvent, type RoomRecord, samePosition } from './record.ts';
import { createRing, type Ring } from './ring.ts';
import {
  type Append,
  LOG_BYTES,
  ROOMS_PER_PAGE,
  ownListener,
  type RoomRead,
  type RoomStore,
  type StoreListener,
} from './room-store.ts';

interface LogEntry {
  readonly event: RoomEvent;
  readonly bytes: number;
}

interface StoredRoom {
  /** The how many-th room it is, from 1. */
  readonly number: number;
  position: Position;
  snapshot: RoomRecord;
  log: LogEntry[];
  logBytes: number;
  readonly ring: Ring;
}

const entryOf = (event: RoomEvent): LogEntry => ({ event, bytes: bytesOf(event) });

/** From the front, by bytes, and never past the snapshot. */
const trim = (room: StoredRoom, logBytes: number): void => {
  let dropped = 0;
  for (const { event, bytes } of room.log) {
    if (room.logBytes <= logBytes || event.version > room.snapshot.version) break;
    room.logBytes -= bytes;
    dropped += 1;
  }
  room.log.splice(0, dropped);
};

const eventsAfter = (room: StoredRoom, version: number): readonly RoomEvent[] =>
  room.log.filter(({ event }) => event.version > version).map(({ event }) => event);

/** Whether the log has the position, has another at its version, or no longer reaches back to it. */
const locate = (room: StoredRoom, at: Position): 'here' | 'other' | 'trimmed' => {
  if (at.incarnation !== room.position.incarnation) return 'other';
  if (at.version > room.position.version) return 'other';
  const next = room.log.find(({ event }) => event.version === at.version + 1)?.event;
  if (next !== undefined) return next.prev === at.head ? 'here' : 'other';
  if (at.version === room.position.version)
    return samePosition(at, room.position) ? 'here' : 'other';
  return 'trimmed';
};

export const createMemoryRoomStore = (logBytes = LOG_BYTES): RoomStore => {
  const rooms = new Map<RoomId, StoredRoom>();
  let made = 0;
  const listeners = new Map<RoomId, Set<StoreListener>>();

  const tell = (roomId: RoomId, news: (listener: StoreListener) => void): void => {
    for (const listener of listeners.get(roomId) ?? []) news(listener);
  };

  const isExpected = (room: StoredRoom | undefined, expected: Position | null): boolean =>
    room === undefined || expected === null
      ? room === undefined && expected === null
      : samePosition(room.position, expected);

  const append = (roomId: RoomId, { expected, events, snapshot }: Append): boolean => {
    const last = events.at(-1);
    if (last === undefined) throw new RangeError('an append carries at least one event');
    let room = rooms.get(roomId);
    // The same append once more: it is done.
    if (room !== undefined && samePosition(room.position, positionOf(last))) return true;
    if (!isExpected(room, expected)) return false;
    if (room === undefined) {
      if (snapshot === undefined) throw new RangeError('a new room comes with its snapshot');
      made += 1;
      const position = positionOf(last);
      room = { number: made, position, snapshot, log: [], logBytes: 0, ring: createRing() };
      rooms.set(roomId, room);
    }
    for (const entry of events.map(entryOf)) {
      room.log.push(entry);
      room.logBytes += entry.bytes;
    }
    room.position = positionOf(last);
    if (snapshot !== undefined) room.snapshot = snapshot;
    trim(room, logBytes);
    tell(roomId, (listener) => listener.onEvents(events));
    return true;
  };

  const read = (roomId: RoomId, after: Position | null): RoomRead => {
    const room = rooms.get(roomId);
    if (room === undefined) return { kind: 'reset' };
    const place = after === null ? 'trimmed' : locate(room, after);
    if (place === 'other') return { kind: 'reset' };
    if (after !== null && place === 'here') {
      return { kind: 'events', events: eventsAfter(room, after.version) };
    }
    const { snapshot } = room;
    return { kind: 'snapshot', snapshot, events: eventsAfter(room, snapshot.version) };
  };

  return {
    append: async (roomId, change) => append(roomId, change),
    read: async (roomId, after) => read(roomId, after),
    renew: async (roomId) => rooms.get(roomId)?.position ?? null,
    delete: async (roomId, expected) =>
      isExpected(rooms.get(roomId), expected) && rooms.delete(roomId),
    post: async (roomId, incarnation, message) => {
      const room = rooms.get(roomId);
      if (room?.position.incarnation !== incarnation) return undefined;
      const posted = room.ring.push(message);
      tell(roomId, (listener) => listener.onMessage({ incarnation, message: posted }));
      return posted;
    },
    readMessages: async (roomId, afterSeq) => {
      const room = rooms.get(roomId);
      if (room === undefined) return undefined;
      return { incarnation: room.position.incarnation, ...room.ring.read(afterSeq) };
    },
    whisper: async (roomId, whisper) => tell(roomId, (listener) => listener.onWhisper(whisper)),
    subscribe: async (roomId, listener) => {
      const mine = ownListener(listener);
      const all = listeners.get(roomId) ?? new Set();
      listeners.set(roomId, all.add(mine));
      return () => {
        all.delete(mine);
        if (all.size === 0 && listeners.get(roomId) === all) listeners.delete(roomId);
      };
    },
    list: async (cursor) => {
      const after = Number(cursor ?? 0);
      // In the order in which they were made, which is that of the map.
      const left = [...rooms].filter(([, { number }]) => number > after);
      const page = left.slice(0, ROOMS_PER_PAGE);
      const last = page.at(-1)?.[1].number;
      const next = last === undefined || page.length === left.length ? null : String(last);
      return { roomIds: page.map(([roomId]) => roomId), next };
    },
    close: async () => {
      rooms.clear();
      listeners.clear();
    },
  };
};
