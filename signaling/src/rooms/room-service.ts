// The rooms of this node: commands in, events out. Holds a replica of each room that has a socket
// here, a command under way, or somebody to wait for; everything else is the store's.
import { AppError, hasCode, isTooLate } from '../errors.ts';
import type {
  AppMessage,
  EpochTag,
  GroupPoint,
  PeerId,
  Position,
  RoomId,
  Signal,
} from '../protocol/index.ts';
import { Absences } from './absences.ts';
import { CallModes, type CallModesDeps } from './call-modes.ts';
import type { Command } from './decide.ts';
import { CutOff } from './cut-off.ts';
import { evolve } from './evolve.ts';
import { GhostWatch } from './ghost-watch.ts';
import { samePoint, tagHashOf } from './group-record.ts';
import { HeldRoom } from './held-room.ts';
import { Leavings } from './leavings.ts';
import { LEASE_MS, type NodeLeases } from './node-leases.ts';
import { Readiness } from './readiness.ts';
import { type Fact, findPeer, positionOf, type RoomEvent, type RoomRecord } from './record.ts';
import { RoomFanout, type RoomMember } from './room-fanout.ts';
import type { Outcome, RoomReplica } from './room-replica.ts';
import type { RingRead, RoomPage, RoomStore } from './room-store.ts';
import { StoreWatch } from './store-watch.ts';

/** Rooms that are caught up with together. More: who asks for one of them waits behind the others. */
const AT_ONCE = 64;

export type MediaLost = Extract<Fact, { type: 'media-lost' }>;

export interface RoomServiceDeps extends Omit<CallModesDeps, 'isStoreAway'> {
  readonly store: RoomStore;
  readonly isStoreReady: () => boolean;
  readonly leases: NodeLeases;
  /** Somebody's time to come back is over. Rejects when it is to be said again. */
  readonly onAbsenceOver: (roomId: RoomId, peerId: PeerId, session: number) => Promise<void>;
  /** This node has said of somebody that they are disconnected: nobody holds their socket. */
  readonly onForsaken: (roomId: RoomId, peerId: PeerId) => void;
  /** On every node that serves the room: whatever is left there of that placement is to end. */
  readonly onMediaLost: (roomId: RoomId, lost: MediaLost) => void;
  /** The store cannot be reached: once, and once when it is back. */
  readonly onStoreAway: () => void;
  readonly onStoreBack: () => void;
  /** Never for what an absent store makes fail. */
  readonly onError: (error: unknown, roomId: RoomId) => void;
}

const isHere = (record: RoomRecord, peerId: PeerId): boolean =>
  findPeer(record, peerId) !== undefined;

const isMember = ({ group }: RoomRecord, peerId: PeerId): boolean =>
  group?.members.includes(peerId) === true;

const forbidden = (): AppError => new AppError('forbidden', 'only for members of the group');

export class RoomService {
  readonly #deps: RoomServiceDeps;
  readonly #rooms = new Map<RoomId, HeldRoom>();
  readonly #fanout = new RoomFanout();
  readonly #storeWatch: StoreWatch;
  readonly #absences: Absences;
  readonly #callModes: CallModes;
  readonly #leavings: Leavings;
  readonly #readiness = new Readiness((roomId, group) =>
    this.#fanout.signal(roomId, { event: 'epoch-ready', data: { group } }),
  );
  readonly #ghosts: GhostWatch;
  readonly #cutOff: CutOff;
  #isClosed = false;

  constructor(deps: RoomServiceDeps) {
    this.#deps = deps;
    const { clock, leases } = deps;
    this.#storeWatch = new StoreWatch({
      clock,
      isReady: deps.isStoreReady,
      onAway: deps.onStoreAway,
      onBack: (awayMs) => this.#goOn(awayMs),
    });
    const isStoreAway = (): boolean => this.#storeWatch.isAway();
    this.#absences = new Absences({ clock, isStoreAway, expire: deps.onAbsenceOver });
    this.#callModes = new CallModes({ ...deps, isStoreAway });
    this.#leavings = new Leavings({
      clock,
      isStoreAway,
      end: (roomId, placement) => this.#endLeaving(roomId, placement),
    });
    this.#cutOff = new CutOff({ clock, leases, members: () => this.#fanout.members() });
    this.#ghosts = new GhostWatch({
      clock,
      leases,
      rooms: () => this.#rooms,
      within: (roomId, task) => this.#with(roomId, task),
      read: (roomId) => this.#noting(deps.store.read(roomId, null)),
      holds: (roomId, peer) => this.#fanout.holds(roomId, peer),
      onForsaken: deps.onForsaken,
      onError: (error, roomId) => this.#fail(error, roomId),
    });
  }

  /** Nothing can be read or said now. */
  isStoreAway(): boolean {
    return this.#storeWatch.isAway();
  }

  /**
   * Rejects with AppError. `onDone` runs before anybody is told of what the command changed. What nobody
   * wants any more when its turn comes is not done, and `not-joined`.
   */
  execute(
    roomId: RoomId,
    command: Command,
    onDone?: (record: RoomRecord) => void,
    isWanted: () => boolean = () => true,
  ): Promise<Outcome> {
    return this.#with(roomId, (replica) => {
      if (!isWanted()) throw new AppError('not-joined', 'its socket has closed');
      return replica.execute(command, onDone);
    });
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
    const read = await this.#noting(this.#deps.store.read(roomId, after));
    if (read.kind === 'reset') throw new AppError('room-reset', 'the room was made again');
    if (read.kind === 'snapshot') return null;
    return read.events.filter(({ version }) => version <= upToVersion);
  }

  /**
   * Runs `look` with the record as it is now, when all members here have been told of it and of nothing
   * after it. Rejects with `room-reset`.
   */
  look(roomId: RoomId, look: (record: RoomRecord) => void): Promise<RoomRecord> {
    return this.#with(roomId, async (replica) => {
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
        : await this.#noting(this.#deps.store.post(roomId, record.incarnation, message));
    if (posted !== undefined) return;
    await this.#with(roomId, (replica) => replica.catchUp());
    throw new AppError('room-reset', 'the room was made again');
  }

  /** The ring after a message; undefined when there is no room. */
  readMessages(roomId: RoomId, afterSeq: number): Promise<RingRead | undefined> {
    return this.#noting(this.#deps.store.readMessages(roomId, afterSeq));
  }

  /** After a join or resume of which nobody knows whether it was done. */
  settle(roomId: RoomId): Promise<void> {
    return this.#ghosts.settle(roomId);
  }

  /**
   * Says on all nodes that a member has the keys of an epoch. Rejects with `stale-epoch` when that is not
   * the group's epoch or the tag not of the record's hash, with `forbidden` who is no member.
   */
  ready(roomId: RoomId, peerId: PeerId, group: GroupPoint, tag: EpochTag): Promise<void> {
    return this.#with(roomId, async ({ record }) => {
      if (record === null) throw new AppError('room-reset', 'the room is gone');
      if (!isMember(record, peerId)) throw forbidden();
      const isSame = samePoint(group, record.group) && tagHashOf(tag) === record.group?.tagHash;
      if (!isSame) throw new AppError('stale-epoch', 'the group is elsewhere');
      await this.#deps.store.whisper(roomId, { peerId, group, at: positionOf(record) });
    });
  }

  /** The room as this node knows it now; null when it does not serve it. */
  known(roomId: RoomId): RoomRecord | null {
    return this.#rooms.get(roomId)?.record ?? null;
  }

  /** For administrators; each may be gone by the time that it is read. */
  list(cursor: string | null): Promise<RoomPage> {
    return this.#noting(this.#deps.store.list(cursor));
  }

  /** The room as the store has it. */
  async read(roomId: RoomId): Promise<RoomRecord | null> {
    const read = await this.#noting(this.#deps.store.read(roomId, null));
    return read.kind === 'snapshot' ? read.events.reduce(evolve, read.snapshot) : null;
  }

  /** The rooms whose records this node follows now. */
  held(): readonly RoomId[] {
    return [...this.#rooms.keys()];
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
    this.#ghosts.close();
    this.#cutOff.close();
    this.#storeWatch.close();
    this.#absences.close();
    this.#callModes.close();
    this.#leavings.close();
    for (const roomId of this.#rooms.keys()) this.#release(roomId);
  }

  async #with<T>(roomId: RoomId, task: (replica: RoomReplica) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new AppError('draining', 'this node is going down');
    const known = this.#rooms.get(roomId);
    const room = known === undefined || known.isBroken ? this.#open(roomId) : known;
    try {
      return await this.#noting(room.run(task));
    } finally {
      this.#releaseIfIdle(roomId);
    }
  }

  /** What the store's absence makes fail is its first sign. */
  async #noting<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      this.#storeWatch.noteFailure(error);
      throw error;
    }
  }

  #open(roomId: RoomId): HeldRoom {
    this.#rooms.get(roomId)?.close();
    const room = new HeldRoom(roomId, {
      store: this.#deps.store,
      clock: this.#deps.clock,
      isServed: () => this.#fanout.has(roomId),
      onEvents: (events, record) => this.#tell(roomId, events, record),
      onReset: (lost) => {
        this.#absences.observe(roomId, null);
        this.#watch(roomId, null);
        this.#readiness.forget(roomId);
        this.#fanout.reset(roomId);
        if (lost !== undefined) this.#ghosts.lost(roomId, lost);
      },
      onMessage: (message) => this.#fanout.message(roomId, message),
      onWhisper: (record, { peerId, group }) => this.#readiness.hear(roomId, record, peerId, group),
      onAudited: () => this.#ghosts.audited(roomId, room),
      onError: (error) => this.#fail(error, roomId),
      onRest: () => this.#releaseIfIdle(roomId),
    });
    this.#rooms.set(roomId, room);
    return room;
  }

  #tell(roomId: RoomId, events: readonly RoomEvent[], record: RoomRecord): void {
    this.#absences.observe(roomId, record);
    this.#watch(roomId, record);
    for (const { fact } of events) {
      if (fact.type === 'media-lost') this.#deps.onMediaLost(roomId, fact);
    }
    this.#fanout.publish(roomId, events, record);
    if (this.#fanout.has(roomId)) this.#readiness.observe(roomId, record);
    else this.#readiness.forget(roomId);
  }

  /** The store is back. In less time than a lease lasts nobody was taken for dead, and many could come back. */
  #goOn(awayMs: number): void {
    if (awayMs < LEASE_MS) this.#absences.extend(awayMs);
    else this.#absences.restart();
    this.#catchUpAll().catch(() => undefined);
    this.#deps.onStoreBack();
  }

  /** What went on while the store was away may be there without anybody having been told. */
  async #catchUpAll(): Promise<void> {
    const rooms = [...this.#rooms.values()];
    for (let from = 0; from < rooms.length && !this.isStoreAway(); from += AT_ONCE) {
      await Promise.all(rooms.slice(from, from + AT_ONCE).map((room) => room.catchUp()));
    }
  }

  #fail(error: unknown, roomId: RoomId): void {
    this.#storeWatch.noteFailure(error);
    if (!hasCode(error, 'unavailable', 'draining')) this.#deps.onError(error, roomId);
  }

  #releaseIfIdle(roomId: RoomId): void {
    const room = this.#rooms.get(roomId);
    if (room?.isIdle !== true) return;
    if (!this.#fanout.has(roomId) && !this.#absences.has(roomId)) this.#release(roomId);
  }

  #release(roomId: RoomId): void {
    const room = this.#rooms.get(roomId);
    this.#rooms.delete(roomId);
    this.#readiness.forget(roomId);
    this.#watch(roomId, null);
    room?.close();
  }

  /** What has to happen later by this record. */
  #watch(roomId: RoomId, record: RoomRecord | null): void {
    this.#callModes.observe(roomId, record);
    this.#leavings.observe(roomId, record);
  }

  /** Who has not arrived by now is not waited for. */
  async #endLeaving(roomId: RoomId, placement: number): Promise<void> {
    try {
      await this.execute(roomId, { type: 'lose-media', placement });
    } catch (error) {
      if (!isTooLate(error)) throw error;
    }
  }
}
