// The rooms of this node by id, each under the placements that it was made for: one, or two while it moves
// within the node. Calls find the room of their own placement; any other is refused, so that nothing late
// reaches a room that has moved.
import { stalePlacement, toMediaError, unavailable } from './media-errors.ts';
import type { MediaRoom } from './media-room.ts';
import type { HeldRoom, Keeping, RoomKey } from './protocol.ts';

interface PlacedRoom extends RoomKey {
  readonly worker: number;
  readonly opened: Promise<MediaRoom>;
  /** Once it is open. */
  room?: MediaRoom;
}

/** Makes a room; may throw or reject with MediaError. */
type OpenRoom = (roomId: string, worker: number) => Promise<MediaRoom>;

export class PlacedRooms {
  readonly #openRoom: OpenRoom;
  /** Never empty lists. */
  readonly #placed = new Map<string, readonly PlacedRoom[]>();
  #closed = false;

  constructor(openRoom: OpenRoom) {
    this.#openRoom = openRoom;
  }

  async ensure({
    roomId,
    placement,
    worker,
    keep,
  }: RoomKey & Keeping & { readonly worker: number }): Promise<void> {
    this.#refuseWhenClosed();
    const held = this.#of(roomId);
    if (held.some((placed) => placed.placement > placement)) throw stale('a newer placement');
    this.close({ roomId, placement: placement - 1, keep });
    const placed = this.#at({ roomId, placement }) ?? this.#open(roomId, placement, worker);
    const room = await opened(placed);
    if (room.closed) throw stale('been closed');
  }

  /** Closes what is under this placement or an older one, but `keep`. */
  close({ roomId, placement, keep }: RoomKey & Keeping): void {
    for (const placed of this.#of(roomId)) {
      if (placed.placement <= placement && placed.placement !== keep) this.#close(placed);
    }
  }

  /** Throws `stale-placement` when the room is not here, and MediaError only. */
  async run<T>(key: RoomKey, call: (room: MediaRoom) => Promise<T>): Promise<T> {
    const room = await this.#find(key);
    if (room === undefined) throw stale('no media here');
    return translated(room, call);
  }

  /** For what is done already when the room is not here at all. */
  async runIfHere(key: RoomKey, call: (room: MediaRoom) => Promise<void>): Promise<void> {
    const room = await this.#find(key);
    if (room !== undefined && !room.closed) await translated(room, call);
  }

  /** Forgets what was on a worker that died, if only in part. */
  lose(worker: number): readonly RoomKey[] {
    const lost = this.#all().filter((placed) => workersOf(placed).includes(worker));
    for (const placed of lost) this.#close(placed);
    return lost.map(({ roomId, placement }) => ({ roomId, placement }));
  }

  /** Also those that are being made. */
  list(): readonly HeldRoom[] {
    this.#refuseWhenClosed();
    return this.#all().map(({ roomId, placement, worker, room }) => ({
      roomId,
      placement,
      worker,
      peerIds: room?.peerIds ?? [],
    }));
  }

  /** How many rooms have something on each worker; of those that have none, nothing. */
  countByWorker(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const placed of this.#all()) {
      for (const worker of workersOf(placed)) counts.set(worker, (counts.get(worker) ?? 0) + 1);
    }
    return counts;
  }

  /** On each worker, the rooms that began on another one; of those that have none, nothing. */
  partsByWorker(): ReadonlyMap<number, readonly RoomKey[]> {
    const parts = new Map<number, RoomKey[]>();
    for (const placed of this.#all()) {
      const { roomId, placement } = placed;
      for (const worker of workersOf(placed)) {
        if (worker === placed.worker) continue;
        const there = parts.get(worker) ?? [];
        there.push({ roomId, placement });
        parts.set(worker, there);
      }
    }
    return parts;
  }

  closeAll(): void {
    this.#closed = true;
    for (const placed of this.#all()) this.#close(placed);
  }

  #all(): readonly PlacedRoom[] {
    return [...this.#placed.values()].flat();
  }

  #of(roomId: string): readonly PlacedRoom[] {
    return this.#placed.get(roomId) ?? [];
  }

  #at({ roomId, placement }: RoomKey): PlacedRoom | undefined {
    return this.#of(roomId).find((placed) => placed.placement === placement);
  }

  #open(roomId: string, placement: number, worker: number): PlacedRoom {
    const placed: PlacedRoom = {
      roomId,
      placement,
      worker,
      opened: this.#openRoom(roomId, worker),
    };
    this.#placed.set(roomId, [...this.#of(roomId), placed]);
    placed.opened.then(
      (room) => void (placed.room = room),
      () => this.#forget(placed),
    );
    return placed;
  }

  #close(placed: PlacedRoom): void {
    this.#forget(placed);
    placed.opened.then(
      (room) => room.close(),
      () => undefined,
    );
  }

  #forget(placed: PlacedRoom): void {
    const { roomId } = placed;
    const left = this.#of(roomId).filter((other) => other !== placed);
    if (left.length === 0) this.#placed.delete(roomId);
    else this.#placed.set(roomId, left);
  }

  async #find(key: RoomKey): Promise<MediaRoom | undefined> {
    this.#refuseWhenClosed();
    const placed = this.#at(key);
    if (placed !== undefined) return opened(placed);
    if (this.#of(key.roomId).length > 0) throw stale('another placement');
    return undefined;
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw unavailable('the media node is closing');
  }
}

const stale = (has: string) => stalePlacement(`the room has ${has}`);

/** All that the room is spread over; its home, until it is open. */
const workersOf = ({ room, worker }: PlacedRoom): readonly number[] => room?.workers ?? [worker];

const opened = (placed: PlacedRoom): Promise<MediaRoom> =>
  placed.opened.catch((error: unknown) => {
    throw toMediaError(error);
  });

/** Whatever fails in a room that has been closed meanwhile fails because of that. */
const translated = async <T>(
  room: MediaRoom,
  call: (room: MediaRoom) => Promise<T>,
): Promise<T> => {
  if (room.closed) throw stale('been closed');
  try {
    return await call(room);
  } catch (error) {
    throw room.closed ? stale('been closed') : toMediaError(error);
  }
};
