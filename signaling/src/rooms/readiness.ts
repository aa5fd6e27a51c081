// Who has said that they have the keys of the group's current epoch (PROTOCOL K6). Passing: a set for
// each room that has sockets on this node, for the current point only, and gone with either.
import type { GroupPoint, PeerId, RoomId } from '../protocol/index.ts';
import { insiders, samePoint } from './group-record.ts';
import type { RoomRecord } from './record.ts';

interface Saying {
  readonly group: GroupPoint;
  /** Members only, so no more than the room holds. */
  readonly peers: Set<PeerId>;
  isTold: boolean;
}

export class Readiness {
  readonly #rooms = new Map<RoomId, Saying>();
  readonly #tell: (roomId: RoomId, group: GroupPoint) => void;

  /** `tell`: everybody has them; once for each point. */
  constructor(tell: (roomId: RoomId, group: GroupPoint) => void) {
    this.#tell = tell;
  }

  /** What is said of another point than the record's is forgotten at once. */
  hear(roomId: RoomId, record: RoomRecord, peerId: PeerId, group: GroupPoint): void {
    if (!samePoint(group, record.group) || record.group?.members.includes(peerId) !== true) return;
    const known = this.#rooms.get(roomId);
    const saying =
      known !== undefined && samePoint(known.group, group)
        ? known
        : { group, peers: new Set<PeerId>(), isTold: false };
    this.#rooms.set(roomId, saying);
    saying.peers.add(peerId);
    this.#check(roomId, record, saying);
  }

  /** After anything that changed the record: a new point, or fewer people to wait for. */
  observe(roomId: RoomId, record: RoomRecord): void {
    const saying = this.#rooms.get(roomId);
    if (saying === undefined) return;
    if (!samePoint(saying.group, record.group)) {
      this.#rooms.delete(roomId);
      return;
    }
    const members = new Set(record.group?.members);
    for (const peerId of saying.peers) if (!members.has(peerId)) saying.peers.delete(peerId);
    this.#check(roomId, record, saying);
  }

  forget(roomId: RoomId): void {
    this.#rooms.delete(roomId);
  }

  /** Rooms of which something is kept. */
  get size(): number {
    return this.#rooms.size;
  }

  #check(roomId: RoomId, record: RoomRecord, saying: Saying): void {
    if (saying.isTold) return;
    const inside = insiders(record);
    if (inside.length === 0 || !inside.every((peerId) => saying.peers.has(peerId))) return;
    saying.isTold = true;
    this.#tell(roomId, saying.group);
  }
}
