// The rooms of this node: commands in, events out. Holds a replica of each room that has a socket
// here, a command under way, or somebody to wait for; everything else is the store's.
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { PeerId, Position, RoomId, Signal } from '../protocol/index.ts';
import { Absences } from './absences.ts';
import type { Command } from './decide.ts';
import { evolve } from './evolve.ts';
import type { RoomEvent, RoomRecord } from './record.ts';
import { RoomFanout, type RoomMember } from './room-fanout.ts';
import { type Outcome, RoomReplica } from './room-replica.ts';
import type { RoomStore } from './room-store.ts';
import { SerialQueue } from './serial-queue.ts';

interface Room {
  readonly replica: RoomReplica;
  readonly queue: SerialQueue;
  readonly unsubscribe: Promise<() => void>;
}

export interface RoomServiceDeps {
  readonly store: RoomStore;
  readonly clock: Clock;
  /** Somebody's time to come back is over. */
  readonly onAbsenceOver: (roomId: RoomId, peerId: PeerId, session: number) => void;
  readonly onError: (error: unknown, roomId: RoomId) => void;
}

export class RoomService {
  readonly #deps: RoomServiceDeps;
  readonly #rooms = new Map<RoomId, Room>();
  readonly #fanout = new RoomFanout();
  readonly #absences: Absences;
  #isClosed = false;

  constructor(deps: RoomServiceDeps) {
    this.#deps = deps;
    this.#absences = new Absences(deps.clock, deps.onAbsenceOver);
  }

  /** Rejects with AppError. `onDone` runs before anybody is told of what the command changed. */
  execute(
    roomId: RoomId,
    command: Command,
    onDone?: (record: RoomRecord) => void,
  ): Promise<Outcome> {
    return this.#with(roomId, ({ replica }) => replica.execute(command, onDone));
  }

  /** Makes the member hear of everything after the record that it was given in `execute`. */
  attach(roomId: RoomId, member: RoomMember): void {
    this.#fanout.add(roomId, member);
  }

  detach(roomId: RoomId, member: RoomMember): void {
    this.#fanout.remove(roomId, member);
    this.#releaseIfIdle(roomId);
  }

  signal(roomId: RoomId, signal: Signal): void {
    this.#fanout.signal(roomId, signal);
  }

  /**
   * The events after `after`, up to a version, or null when they are no longer kept. Rejects with
   * `room-reset` when the position is from another log.
   */
  async eventsSince(
    roomId: RoomId,
    after: Position,
    upToVersion = Infinity,
  ): Promise<readonly RoomEvent[] | null> {
    const read = await this.#deps.store.read(roomId, after);
    if (read.kind === 'reset') throw new AppError('room-reset', 'the room was made again');
    if (read.kind === 'snapshot') return null;
    return read.events.filter(({ version }) => version <= upToVersion);
  }

  /** The room as this node knows it now; null when it does not serve it. */
  known(roomId: RoomId): RoomRecord | null {
    return this.#rooms.get(roomId)?.replica.record ?? null;
  }

  /** The room as the store has it. */
  async read(roomId: RoomId): Promise<RoomRecord | null> {
    const read = await this.#deps.store.read(roomId, null);
    return read.kind === 'snapshot' ? read.events.reduce(evolve, read.snapshot) : null;
  }

  /** Whether any session on this node is in the room. */
  serves(roomId: RoomId): boolean {
    return this.#fanout.has(roomId);
  }

  close(): void {
    this.#isClosed = true;
    this.#absences.close();
    for (const roomId of this.#rooms.keys()) this.#release(roomId);
  }

  async #with<T>(roomId: RoomId, task: (room: Room) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new AppError('draining', 'this node is going down');
    const room = this.#rooms.get(roomId) ?? this.#open(roomId);
    try {
      return await room.queue.run(async () => {
        await room.unsubscribe;
        return task(room);
      });
    } finally {
      this.#releaseIfIdle(roomId);
    }
  }

  #open(roomId: RoomId): Room {
    const replica = new RoomReplica(roomId, this.#deps.store, {
      onEvents: (events, record) => {
        this.#absences.observe(roomId, record);
        this.#fanout.publish(roomId, events, record);
      },
      onReset: () => {
        this.#absences.observe(roomId, null);
        this.#fanout.reset(roomId);
      },
    });
    const queue = new SerialQueue();
    const unsubscribe = this.#deps.store.subscribe(roomId, (events) => {
      // After its release a replica speaks for nobody.
      if (this.#rooms.get(roomId) !== room) return;
      queue
        .run(() => replica.absorb(events))
        .catch((error: unknown) => this.#deps.onError(error, roomId))
        .finally(() => this.#releaseIfIdle(roomId));
    });
    const room: Room = { replica, queue, unsubscribe };
    this.#rooms.set(roomId, room);
    return room;
  }

  #releaseIfIdle(roomId: RoomId): void {
    const room = this.#rooms.get(roomId);
    if (room === undefined || room.queue.size > 0) return;
    if (!this.#fanout.has(roomId) && !this.#absences.has(roomId)) this.#release(roomId);
  }

  #release(roomId: RoomId): void {
    const room = this.#rooms.get(roomId);
    this.#rooms.delete(roomId);
    room?.unsubscribe
      .then((unsubscribe) => unsubscribe())
      .catch((error: unknown) => this.#deps.onError(error, roomId));
  }
}
