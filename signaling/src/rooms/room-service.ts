// The rooms of this node: commands in, events out. Holds a replica of each room that has a socket
// here, a command under way, or somebody to wait for; everything else is the store's.
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type {
  AppMessage,
  EpochTag,
  GroupPoint,
  Incarnation,
  PeerId,
  Position,
  RoomId,
  Signal,
} from '../protocol/index.ts';
import { Absences } from './absences.ts';
import { CallModes, type CallModesDeps } from './call-modes.ts';
import type { Command } from './decide.ts';
import { evolve } from './evolve.ts';
import { samePoint, tagHashOf } from './group-record.ts';
import { Readiness } from './readiness.ts';
import { type Fact, findPeer, positionOf, type RoomEvent, type RoomRecord } from './record.ts';
import { RingReader } from './ring-reader.ts';
import { RoomFanout, type RoomMember } from './room-fanout.ts';
import { type Outcome, RoomReplica } from './room-replica.ts';
import type { RingEntry, RingRead, RoomStore, Whisper } from './room-store.ts';
import { SerialQueue } from './serial-queue.ts';

interface Room {
  readonly replica: RoomReplica;
  readonly ring: RingReader;
  readonly queue: SerialQueue;
  readonly unsubscribe: Promise<() => void>;
}

export type MediaLost = Extract<Fact, { type: 'media-lost' }>;

export interface RoomServiceDeps extends Omit<CallModesDeps, 'clock'> {
  readonly store: RoomStore;
  readonly clock: Clock;
  /** Somebody's time to come back is over. */
  readonly onAbsenceOver: (roomId: RoomId, peerId: PeerId, session: number) => void;
  /** On every node that serves the room: whatever is left there of that placement is to end. */
  readonly onMediaLost: (roomId: RoomId, lost: MediaLost) => void;
  readonly onError: (error: unknown, roomId: RoomId) => void;
}

const isHere = (record: RoomRecord, peerId: PeerId): boolean =>
  findPeer(record, peerId) !== undefined;

const isMember = ({ group }: RoomRecord, peerId: PeerId): boolean =>
  group?.members.includes(peerId) === true;

const forbidden = (): AppError => new AppError('forbidden', 'only for members of the group');

const isOfLife = ({ record }: RoomReplica, incarnation: Incarnation): boolean =>
  record?.incarnation === incarnation;

export class RoomService {
  readonly #deps: RoomServiceDeps;
  readonly #rooms = new Map<RoomId, Room>();
  readonly #fanout = new RoomFanout();
  readonly #absences: Absences;
  readonly #callModes: CallModes;
  readonly #readiness = new Readiness((roomId, group) =>
    this.#fanout.signal(roomId, { event: 'epoch-ready', data: { group } }),
  );
  #isClosed = false;

  constructor(deps: RoomServiceDeps) {
    this.#deps = deps;
    this.#absences = new Absences(deps.clock, deps.onAbsenceOver);
    this.#callModes = new CallModes(deps);
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
    if (!this.#fanout.has(roomId)) this.#readiness.forget(roomId);
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

  /**
   * Runs `look` with the record as it is now, when all members here have been told of it and of nothing
   * after it. Rejects with `room-reset`.
   */
  look(roomId: RoomId, look: (record: RoomRecord) => void): Promise<RoomRecord> {
    return this.#with(roomId, async ({ replica }) => {
      await replica.catchUp();
      if (replica.record === null) throw new AppError('room-reset', 'the room is gone');
      look(replica.record);
      return replica.record;
    });
  }

  /**
   * Puts a message into the room's ring. Rejects with `forbidden` from who is no member, `not-found` where
   * `to` is nobody, or `room-reset`.
   */
  async post(roomId: RoomId, message: Omit<AppMessage, 'seq'>): Promise<void> {
    const record = this.known(roomId);
    if (record !== null && !isMember(record, message.from)) throw forbidden();
    if (record !== null && message.to !== undefined && !isHere(record, message.to)) {
      throw new AppError('not-found', 'nobody of that name is in the room');
    }
    const posted =
      record === null
        ? undefined
        : await this.#deps.store.post(roomId, record.incarnation, message);
    if (posted !== undefined) return;
    await this.#with(roomId, ({ replica }) => replica.catchUp());
    throw new AppError('room-reset', 'the room was made again');
  }

  /** The ring after a message; undefined when there is no room. */
  readMessages(roomId: RoomId, afterSeq: number): Promise<RingRead | undefined> {
    return this.#deps.store.readMessages(roomId, afterSeq);
  }

  /**
   * Says on all nodes that a member has the keys of an epoch. Rejects with `stale-epoch` when that is not
   * the group's epoch or the tag not of the record's hash, with `forbidden` who is no member.
   */
  ready(roomId: RoomId, peerId: PeerId, group: GroupPoint, tag: EpochTag): Promise<void> {
    return this.#with(roomId, async ({ replica: { record } }) => {
      if (record === null) throw new AppError('room-reset', 'the room is gone');
      if (!isMember(record, peerId)) throw forbidden();
      const isSame = samePoint(group, record.group) && tagHashOf(tag) === record.group?.tagHash;
      if (!isSame) throw new AppError('stale-epoch', 'the group is elsewhere');
      await this.#deps.store.whisper(roomId, { peerId, group, at: positionOf(record) });
    });
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

  /** Rooms with sessions on this node, and those sessions. */
  count(): { readonly rooms: number; readonly peers: number } {
    return this.#fanout.count();
  }

  close(): void {
    this.#isClosed = true;
    this.#absences.close();
    this.#callModes.close();
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
        this.#callModes.observe(roomId, record);
        for (const { fact } of events) {
          if (fact.type === 'media-lost') this.#deps.onMediaLost(roomId, fact);
        }
        this.#fanout.publish(roomId, events, record);
        if (this.#fanout.has(roomId)) this.#readiness.observe(roomId, record);
        else this.#readiness.forget(roomId);
      },
      onReset: () => {
        ring.reset();
        this.#absences.observe(roomId, null);
        this.#callModes.observe(roomId, null);
        this.#readiness.forget(roomId);
        this.#fanout.reset(roomId);
      },
    });
    const ring = new RingReader(roomId, this.#deps.store, (message) =>
      this.#fanout.message(roomId, message),
    );
    const queue = new SerialQueue();
    // In the queue all three: what is said after a commit is told after it.
    const absorb = (task: (room: Room) => Promise<void>): void => {
      // After its release a replica speaks for nobody.
      if (this.#rooms.get(roomId) !== room) return;
      queue
        .run(() => task(room))
        .catch((error: unknown) => this.#deps.onError(error, roomId))
        .finally(() => this.#releaseIfIdle(roomId));
    };
    const unsubscribe = this.#deps.store.subscribe(roomId, {
      onMissed: () => absorb((here) => this.#catchUp(here)),
      onEvents: (events) => absorb(() => replica.absorb(events)),
      onMessage: (entry) => absorb((here) => this.#absorbMessage(here, entry)),
      onWhisper: (whisper) => absorb((here) => this.#absorbWhisper(roomId, here, whisper)),
    });
    const room: Room = { replica, ring, queue, unsubscribe };
    this.#rooms.set(roomId, room);
    return room;
  }

  async #catchUp({ replica, ring }: Room): Promise<void> {
    if (replica.record === null) return;
    await replica.catchUp();
    if (replica.record !== null) await ring.catchUp(replica.record.incarnation);
  }

  async #absorbMessage({ replica, ring }: Room, entry: RingEntry): Promise<void> {
    if (replica.record === null) return;
    // Of another life of the room: this node has yet to hear of its end.
    if (replica.record.incarnation !== entry.incarnation) await replica.catchUp();
    if (isOfLife(replica, entry.incarnation)) await ring.absorb(entry);
  }

  async #absorbWhisper(roomId: RoomId, { replica }: Room, whisper: Whisper): Promise<void> {
    const known = replica.record;
    if (known === null || !this.#fanout.has(roomId)) return;
    const { incarnation, version } = whisper.at;
    if (known.incarnation !== incarnation || known.version < version) await replica.catchUp();
    const { record } = replica;
    if (record === null || !isOfLife(replica, incarnation) || !this.#fanout.has(roomId)) return;
    this.#readiness.hear(roomId, record, whisper.peerId, whisper.group);
  }

  #releaseIfIdle(roomId: RoomId): void {
    const room = this.#rooms.get(roomId);
    if (room === undefined || room.queue.size > 0) return;
    if (!this.#fanout.has(roomId) && !this.#absences.has(roomId)) this.#release(roomId);
  }

  #release(roomId: RoomId): void {
    const room = this.#rooms.get(roomId);
    this.#rooms.delete(roomId);
    this.#readiness.forget(roomId);
    this.#callModes.observe(roomId, null);
    room?.unsubscribe
      .then((unsubscribe) => unsubscribe())
      .catch((error: unknown) => this.#deps.onError(error, roomId));
  }
}
