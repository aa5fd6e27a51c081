// The port to where rooms live: memory for one process, Redis for many. Three lanes: the record's log,
// a bounded ring of application messages beside it, and whispers that nobody keeps. One contract suite
// (test/contracts/) holds for every store.
import type {
  AppMessage,
  GroupPoint,
  Incarnation,
  PeerId,
  Position,
  RoomId,
} from '../protocol/index.ts';
import type { RoomEvent, RoomRecord } from './record.ts';

export interface Append {
  /** The record that decided; null says that there was none. */
  readonly expected: Position | null;
  /** In order, the first following `expected`; never empty. */
  readonly events: readonly RoomEvent[];
  /** The record after the events: always for a new room, else now and then (SNAPSHOT_EVERY, SNAPSHOT_BYTES). */
  readonly snapshot?: RoomRecord;
}

export type RoomRead =
  /** What came after the position asked for; may be empty. */
  | { readonly kind: 'events'; readonly events: readonly RoomEvent[] }
  /** The position is too far back, or none was given: fold the events over the snapshot. */
  | {
      readonly kind: 'snapshot';
      readonly snapshot: RoomRecord;
      readonly events: readonly RoomEvent[];
    }
  /** There is no record, or its log is not the one that the position is from. */
  | { readonly kind: 'reset' };

/** A message in the ring of one life of a room. */
export interface RingEntry {
  readonly incarnation: Incarnation;
  readonly message: AppMessage;
}

export interface RingRead {
  readonly incarnation: Incarnation;
  /** The newest in the ring's life, 0 before the first. */
  readonly last: number;
  /** Of those after the one asked for the ones still kept, in order. */
  readonly messages: readonly AppMessage[];
}

/** A member has an epoch's keys (PROTOCOL K6). */
export interface Whisper {
  readonly peerId: PeerId;
  readonly group: GroupPoint;
  /** Of the record by which it was judged. */
  readonly at: Position;
}

/** Some of the rooms that there are, and where to look for more. */
export interface RoomPage {
  readonly roomIds: readonly RoomId[];
  /** Null after the last. */
  readonly next: string | null;
}

/** What `next` of a page looks like. */
export const ROOM_CURSOR = /^\d{1,20}(?:-\d{1,20})?$/;

/** All of them hints: some may be missing or come twice. */
export interface StoreListener {
  /** Any number of them may have been lost until now: look at the record and at the ring. */
  onMissed(): void;
  /** Events as they are appended, by whomever. */
  onEvents(events: readonly RoomEvent[]): void;
  onMessage(entry: RingEntry): void;
  onWhisper(whisper: Whisper): void;
}

/** One of its own for each who subscribes, so that two who give the same listener stop each for itself. */
export const ownListener = (listener: StoreListener): StoreListener => ({
  onMissed: () => listener.onMissed(),
  onEvents: (events) => listener.onEvents(events),
  onMessage: (entry) => listener.onMessage(entry),
  onWhisper: (whisper) => listener.onWhisper(whisper),
});

/**
 * All promises reject with AppError `unavailable` when the store cannot be reached in time; what was
 * asked for may then have been done all the same, and is not done later.
 */
export interface RoomStore {
  /** False when the record is no longer the expected one: catch up, decide again. */
  append(roomId: RoomId, append: Append): Promise<boolean>;
  read(roomId: RoomId, after: Position | null): Promise<RoomRead>;
  /**
   * Keeps the room for another RECORD_TTL_MS, ring and all, and says where its record is; null when there
   * is none. A room that nobody renews or appends to is forgotten.
   */
  renew(roomId: RoomId): Promise<Position | null>;
  /** Removes the record if it still is at this position. */
  delete(roomId: RoomId, expected: Position): Promise<boolean>;
  /**
   * Gives the message the next number of the room's ring and tells all who subscribed; undefined when
   * the record is not of that life any more. The ring goes with the record.
   */
  post(
    roomId: RoomId,
    incarnation: Incarnation,
    message: Omit<AppMessage, 'seq'>,
  ): Promise<AppMessage | undefined>;
  /** After `Infinity`: none, but the newest one's number. Undefined when there is no record. */
  readMessages(roomId: RoomId, afterSeq: number): Promise<RingRead | undefined>;
  /** Told to all who subscribed and kept nowhere. */
  whisper(roomId: RoomId, whisper: Whisper): Promise<void>;
  subscribe(roomId: RoomId, listener: StoreListener): Promise<() => void>;
  /**
   * Rooms a page at a time, in no order; null for the first. A room that is there from the first page to the
   * last is in one of them at least. A page may be empty and not the last.
   */
  list(cursor: string | null): Promise<RoomPage>;
  close(): Promise<void>;
}

/** Fewer: longer folds when a room is loaded. More: more snapshots written. */
export const SNAPSHOT_EVERY = 64;

/** Of log that a snapshot may lack. More: rooms hold as much for every meeting whose commits are large. */
export const SNAPSHOT_BYTES = 512 * 1024;

/** Log kept behind the snapshot for those who resume; beyond it they get the snapshot itself. */
export const LOG_BYTES = 1024 * 1024;

/** Messages in a ring: what a room says in half a minute without a connection. More: memory. */
export const RING_MESSAGES = 256;

/** Of a ring's messages as JSON. More: every room may hold as much, whether anybody resumes or not. */
export const RING_BYTES = 512 * 1024;

/** Looked at for a page of rooms, about. More: longer calls. */
export const ROOMS_PER_PAGE = 100;

/** For nodes that serve a room to say so. Shorter: an outage of the store may cost rooms their record. */
export const RECORD_TTL_MS = 600_000;

/** How often who serves a room renews it, and finds out what no hint told. Shorter: more commands an hour. */
export const RENEW_MS = 30_000;
