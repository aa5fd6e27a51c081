// The room store of a single process, shared by all its apps. What it keeps is never changed in
// place, so it hands out what it holds.
import type { Position, RoomId } from '../protocol/index.ts';
import { positionOf, type RoomEvent, type RoomRecord, samePosition } from './record.ts';
import { type Append, LOG_BYTES, type RoomRead, type RoomStore } from './room-store.ts';

interface LogEntry {
  readonly event: RoomEvent;
  readonly bytes: number;
}

interface StoredRoom {
  position: Position;
  snapshot: RoomRecord;
  log: LogEntry[];
  logBytes: number;
}

type Listener = (events: readonly RoomEvent[]) => void;

const entryOf = (event: RoomEvent): LogEntry => ({
  event,
  bytes: Buffer.byteLength(JSON.stringify(event)),
});

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
  const listeners = new Map<RoomId, Set<Listener>>();

  const isExpected = (room: StoredRoom | undefined, expected: Position | null): boolean =>
    room === undefined || expected === null
      ? room === undefined && expected === null
      : samePosition(room.position, expected);

  const append = (roomId: RoomId, { expected, events, snapshot }: Append): boolean => {
    const last = events.at(-1);
    if (last === undefined) throw new RangeError('an append carries at least one event');
    let room = rooms.get(roomId);
    if (!isExpected(room, expected)) return false;
    if (room === undefined) {
      if (snapshot === undefined) throw new RangeError('a new room comes with its snapshot');
      room = { position: positionOf(last), snapshot, log: [], logBytes: 0 };
      rooms.set(roomId, room);
    }
    for (const entry of events.map(entryOf)) {
      room.log.push(entry);
      room.logBytes += entry.bytes;
    }
    room.position = positionOf(last);
    if (snapshot !== undefined) room.snapshot = snapshot;
    trim(room, logBytes);
    for (const listener of listeners.get(roomId) ?? []) listener(events);
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
    delete: async (roomId, expected) =>
      isExpected(rooms.get(roomId), expected) && rooms.delete(roomId),
    subscribe: async (roomId, listener) => {
      const mine: Listener = (events) => listener(events);
      const all = listeners.get(roomId) ?? new Set();
      listeners.set(roomId, all.add(mine));
      return () => {
        all.delete(mine);
        if (all.size === 0 && listeners.get(roomId) === all) listeners.delete(roomId);
      };
    },
    close: async () => {
      rooms.clear();
      listeners.clear();
    },
  };
};
