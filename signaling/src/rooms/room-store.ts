// The port to where records live: memory for one process, Redis for many. One contract suite
// (test/contracts/room-store.ts) holds for every store.
import type { Position, RoomId } from '../protocol/index.ts';
import type { RoomEvent, RoomRecord } from './record.ts';

export interface Append {
  /** The record that decided; null says that there was none. */
  readonly expected: Position | null;
  /** In order, the first following `expected`; never empty. */
  readonly events: readonly RoomEvent[];
  /** The record after the events: always for a new room, else now and then (SNAPSHOT_EVERY). */
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

export interface RoomStore {
  /** False when the record is no longer the expected one: catch up, decide again. */
  append(roomId: RoomId, append: Append): Promise<boolean>;
  read(roomId: RoomId, after: Position | null): Promise<RoomRead>;
  /** Removes the record if it still is at this position. */
  delete(roomId: RoomId, expected: Position): Promise<boolean>;
  /** Events as they are appended, by whomever. A hint: some may be missing or come twice. */
  subscribe(roomId: RoomId, listener: (events: readonly RoomEvent[]) => void): Promise<() => void>;
  close(): Promise<void>;
}

/** Fewer: longer folds when a room is loaded. More: more snapshots written. */
export const SNAPSHOT_EVERY = 64;

/** Log kept behind the snapshot for those who resume; beyond it they get the snapshot itself. */
export const LOG_BYTES = 1024 * 1024;
