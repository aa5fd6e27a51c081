// One room as this node knows it: a cache of the record, kept honest by the append's comparison.
// Everything here runs inside the replica's queue, so events are applied and told in order.
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, hasCode } from '../errors.ts';
import type { Head, RoomId } from '../protocol/index.ts';
import { newHead, newIncarnation } from '../random.ts';
import { type Command, decide } from './decide.ts';
import { emptyRecord, evolve, follows } from './evolve.ts';
import { type Fact, positionOf, RECORD_SCHEMA, type RoomEvent, type RoomRecord } from './record.ts';
import type { LostLog } from './rewinds.ts';
import { type RoomRead, type RoomStore, SNAPSHOT_BYTES, SNAPSHOT_EVERY } from './room-store.ts';

/** Losing more races in a row than this means that the room is too busy to answer. */
const APPEND_ATTEMPTS = 20;

/** After the second lost race in a row, times their number, at random. More: who loses waits for longer. */
const BACK_OFF_MS = 10;

/** Events by whose hints nothing is looked up. Fewer: own events that come back late cost a read. */
const RECENT_HEADS = 64;

export interface ReplicaListener {
  /** In order, each following the one before; `record` is what the last one made. */
  onEvents(events: readonly RoomEvent[], record: RoomRecord): void;
  /** The record that this node knew is no more; with its log where the store has another one. */
  onReset(lost?: LostLog): void;
}

export interface Outcome {
  /** After the command. */
  readonly record: RoomRecord;
  readonly changed: boolean;
  /** The room is empty and its record deleted: nobody can be in it without making it again. */
  readonly forgotten: boolean;
}

const stamp = (record: RoomRecord, facts: readonly Fact[]): RoomEvent[] => {
  let { version, head } = record;
  return facts.map((fact) => {
    const prev = head;
    version += 1;
    head = newHead();
    return { incarnation: record.incarnation, version, prev, head, fact };
  });
};

/** Whether a count has come to another multiple. */
const hasCrossed = (from: number, to: number, every: number): boolean =>
  Math.floor(to / every) > Math.floor(from / every);

export class RoomReplica {
  readonly #roomId: RoomId;
  readonly #store: RoomStore;
  readonly #listener: ReplicaListener;
  readonly #pause: (ms: number) => Promise<void>;
  #record: RoomRecord | null = null;
  /** Of the log as it is here, the oldest first. */
  readonly #recentHeads = new Set<Head>();

  constructor(
    roomId: RoomId,
    store: RoomStore,
    listener: ReplicaListener,
    pause: (ms: number) => Promise<void> = (ms) => sleep(ms),
  ) {
    this.#roomId = roomId;
    this.#store = store;
    this.#listener = listener;
    this.#pause = pause;
  }

  get record(): RoomRecord | null {
    return this.#record;
  }

  /**
   * Decides and appends until it is done or refused (AppError with the refusal's code; `busy` when
   * too many races were lost). `onDone` runs in the same turn, before anybody is told of the events.
   */
  async execute(command: Command, onDone?: (record: RoomRecord) => void): Promise<Outcome> {
    let isFresh = this.#record === null;
    if (isFresh) await this.catchUp();
    for (let attempt = 0; attempt < APPEND_ATTEMPTS; attempt += 1) {
      const decision = decide(this.#record, command);
      const facts = decision.ok ? decision.facts : [];
      if (facts.length === 0 && !isFresh) {
        // Nothing would be appended, so nothing would compare: only a fresh record may say no.
        await this.catchUp();
        isFresh = true;
        continue;
      }
      if (!decision.ok) throw new AppError(decision.code, `${command.type} refused`);
      const outcome = await this.#tryAppend(facts, onDone);
      if (outcome !== null) return outcome;
      isFresh = true;
      // Many who begin again in the same moment would lose to each other again.
      if (attempt > 0) await this.#pause(Math.random() * BACK_OFF_MS * attempt);
    }
    throw new AppError('busy', 'the room changes too fast');
  }

  /** Null when somebody else was faster: then this replica has caught up. */
  async #tryAppend(
    facts: readonly Fact[],
    onDone: ((record: RoomRecord) => void) | undefined,
  ): Promise<Outcome | null> {
    const base = this.#record ?? emptyRecord(newIncarnation(), newHead());
    const events = stamp(base, facts);
    const record = events.reduce(evolve, base);
    const later = events.length === 0 ? [] : await this.#appendOnce(base, events, record);
    if (later === null) return null;
    this.#record = record;
    const changed = events.length > 0;
    onDone?.(record);
    if (changed) this.#tell(events, record);
    this.#apply(record, later);
    return { record, changed, forgotten: await this.#forgetIfEmpty() };
  }

  /**
   * What followed the events, in the store when they are in it; null when they are not. An append whose
   * answer was lost may have been done: only the log can tell (PROTOCOL V1).
   */
  async #appendOnce(
    base: RoomRecord,
    events: RoomEvent[],
    record: RoomRecord,
  ): Promise<readonly RoomEvent[] | null> {
    try {
      if (await this.#append(base, events, record)) return [];
    } catch (error) {
      const later = await this.#settle(record);
      if (later === null) throw error;
      return later;
    }
    return this.#settle(record);
  }

  /** What followed `record`, which was to be made by an append; null when it was not, with the log taken in. */
  async #settle(record: RoomRecord): Promise<readonly RoomEvent[] | null> {
    const known = this.#record;
    const read = await this.#store.read(this.#roomId, known === null ? null : positionOf(known));
    if (read.kind === 'events') {
      const at = read.events.findIndex(({ head }) => head === record.head);
      if (at >= 0) return read.events.slice(at + 1);
    } else if (read.kind === 'snapshot' && read.snapshot.incarnation === record.incarnation) {
      const after = await this.#store.read(this.#roomId, positionOf(record));
      if (after.kind === 'events') return after.events;
      this.#take(read);
      if (after.kind === 'reset') return null;
      // Nor does it now reach back to the append: done again, it might be done twice.
      throw new AppError('unavailable', 'the log no longer tells whether the command was done');
    }
    this.#take(read);
    return null;
  }

  #append(base: RoomRecord, events: RoomEvent[], record: RoomRecord): Promise<boolean> {
    const isDue =
      hasCrossed(base.version, record.version, SNAPSHOT_EVERY) ||
      hasCrossed(base.logBytes, record.logBytes, SNAPSHOT_BYTES);
    return this.#store.append(this.#roomId, {
      expected: this.#record === null ? null : positionOf(this.#record),
      events,
      ...(this.#record === null || isDue ? { snapshot: record } : {}),
    });
  }

  /** A room with nobody in it is stored nowhere. Where that fails, the store forgets it by itself. */
  async #forgetIfEmpty(): Promise<boolean> {
    const record = this.#record;
    if (record === null || record.peers.length > 0) return false;
    const at = positionOf(record);
    try {
      if (!(await this.#store.delete(this.#roomId, at))) {
        // Somebody came in, or it was done and the answer lost.
        const read = await this.#store.read(this.#roomId, at);
        if (read.kind !== 'reset') {
          this.#take(read);
          return false;
        }
      }
    } catch (error) {
      // What emptied the room was done all the same.
      if (hasCode(error, 'unavailable')) return false;
      throw error;
    }
    this.#record = null;
    return true;
  }

  /** Takes in what others appended; finds out when the log is not the one known here. */
  async catchUp(): Promise<void> {
    const known = this.#record;
    this.#take(await this.#store.read(this.#roomId, known === null ? null : positionOf(known)));
  }

  /** A hint from the store: applied when it is the next, looked up when there is a gap. */
  async absorb(events: readonly RoomEvent[]): Promise<void> {
    const known = this.#record;
    const last = events.at(-1);
    if (last === undefined || this.#recentHeads.has(last.head)) return;
    if (known !== null && chains(known, events)) this.#apply(known, events);
    else await this.catchUp();
  }

  #take(read: RoomRead): void {
    const known = this.#record;
    const heads = new Set(read.kind === 'reset' ? this.#recentHeads : []);
    if (read.kind !== 'events') this.#recentHeads.clear();
    if (read.kind === 'reset') {
      this.#record = null;
      if (known !== null) this.#listener.onReset({ record: known, heads });
    } else if (read.kind === 'snapshot') {
      if (read.snapshot.schema !== RECORD_SCHEMA) {
        throw new AppError('upgrade-required', 'another release of the server has this room');
      }
      this.#record = read.events.reduce(evolve, read.snapshot);
      this.#recentHeads.add(this.#record.head);
      if (known !== null) this.#listener.onReset();
    } else if (known !== null) {
      this.#apply(known, read.events);
    }
  }

  #apply(known: RoomRecord, events: readonly RoomEvent[]): void {
    if (events.length === 0) return;
    const record = events.reduce(evolve, known);
    this.#record = record;
    this.#tell(events, record);
  }

  #tell(events: readonly RoomEvent[], record: RoomRecord): void {
    for (const { head } of events) this.#recentHeads.add(head);
    for (const head of this.#recentHeads) {
      if (this.#recentHeads.size <= RECENT_HEADS) break;
      this.#recentHeads.delete(head);
    }
    this.#listener.onEvents(events, record);
  }
}

const chains = (record: RoomRecord, events: readonly RoomEvent[]): boolean => {
  let reached = record;
  return events.every((event) => {
    if (!follows(reached, event)) return false;
    reached = evolve(reached, event);
    return true;
  });
};
