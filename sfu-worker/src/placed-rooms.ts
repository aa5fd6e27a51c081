// The rooms of this node by id, each under the placement that it was made for; calls that name
// another placement are refused, so that nothing late reaches a room that has moved.
import { stalePlacement, toMediaError, unavailable } from './media-errors.ts';
import type { MediaRoom } from './media-room.ts';
import type { HeldRoom, RoomKey } from './protocol.ts';

interface PlacedRoom {
  readonly placement: number;
  readonly worker: number;
  readonly opened: Promise<MediaRoom>;
  /** Once it is open. */
  room?: MediaRoom;
}

/** Makes a room; may throw or reject with MediaError. */
type OpenRoom = (roomId: string, worker: number) => Promise<MediaRoom>;

export class PlacedRooms {
  readonly #openRoom: OpenRoom;
  readonly #placed = new Map<string, PlacedRoom>();
  #closed = false;

  constructor(openRoom: OpenRoom) {
    this.#openRoom = openRoom;
  }

  async ensure({ roomId, placement, worker }: RoomKey & { worker: number }): Promise<void> {
    this.#refuseWhenClosed();
    const former = this.#placed.get(roomId);
    if (former !== undefined && former.placement > placement) throw stale('a newer placement');
    if (former !== undefined && former.placement < placement) this.#close(roomId, former);
    const placed = this.#placed.get(roomId) ?? this.#open(roomId, placement, worker);
    const room = await opened(placed);
    if (room.closed) throw stale('been closed');
  }

  /** Closes the room if it is under this placement or an older one. */
  close({ roomId, placement }: RoomKey): void {
    const placed = this.#placed.get(roomId);
    if (placed !== undefined && placed.placement <= placement) this.#close(roomId, placed);
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
    const lost = [...this.#placed].filter(([, placed]) => workersOf(placed).includes(worker));
    for (const [roomId, placed] of lost) this.#close(roomId, placed);
    return lost.map(([roomId, { placement }]) => ({ roomId, placement }));
  }

  /** Also those that are being made. */
  list(): readonly HeldRoom[] {
    this.#refuseWhenClosed();
    return [...this.#placed].map(([roomId, { placement, worker, room }]) => ({
      roomId,
      placement,
      worker,
      peerIds: room?.peerIds ?? [],
    }));
  }

  /** How many rooms have something on each worker; of those that have none, nothing. */
  countByWorker(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const placed of this.#placed.values()) {
      for (const worker of workersOf(placed)) counts.set(worker, (counts.get(worker) ?? 0) + 1);
    }
    return counts;
  }

  closeAll(): void {
    this.#closed = true;
    for (const [roomId, placed] of this.#placed) this.#close(roomId, placed);
  }

  #open(roomId: string, placement: number, worker: number): PlacedRoom {
    const placed: PlacedRoom = { placement, worker, opened: this.#openRoom(roomId, worker) };
    this.#placed.set(roomId, placed);
    placed.opened.then(
      (room) => void (placed.room = room),
      () => this.#forget(roomId, placed),
    );
    return placed;
  }

  #close(roomId: string, placed: PlacedRoom): void {
    this.#forget(roomId, placed);
    placed.opened.then(
      (room) => room.close(),
      () => undefined,
    );
  }

  #forget(roomId: string, placed: PlacedRoom): void {
    if (this.#placed.get(roomId) !== placed) return;
    this.#placed.delete(roomId);
  }

  async #find({ roomId, placement }: RoomKey): Promise<MediaRoom | undefined> {
    this.#refuseWhenClosed();
    const placed = this.#placed.get(roomId);
    if (placed === undefined) return undefined;
    if (placed.placement !== placement) throw stale('another placement');
    return opened(placed);
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
