// Finds and disconnects people whom a record takes for connected though nobody holds a socket of theirs
// (PROTOCOL N1, N5, S7): their node is dead, it is this one and knows of none, or the store went back to a
// record that they had left.
import type { Clock } from '../clock.ts';
import type { PeerId, RoomId } from '../protocol/index.ts';
import { disconnectForsaken, forsakenIn, type IsForsaken } from './forsaken.ts';
import type { HeldRoom } from './held-room.ts';
import type { NodeLeases } from './node-leases.ts';
import type { RoomPeer } from './record.ts';
import { type LostLog, Rewinds } from './rewinds.ts';
import type { RoomReplica } from './room-replica.ts';
import type { RoomRead } from './room-store.ts';

export interface GhostWatchDeps {
  readonly clock: Clock;
  readonly leases: NodeLeases;
  readonly rooms: () => Iterable<readonly [RoomId, HeldRoom]>;
  /** In the room's queue. Rejects as `RoomService.execute`. */
  readonly within: <T>(roomId: RoomId, task: (replica: RoomReplica) => Promise<T>) => Promise<T>;
  readonly read: (roomId: RoomId) => Promise<RoomRead>;
  /** Whether the socket of that very session is on this node. */
  readonly holds: (roomId: RoomId, peer: RoomPeer) => boolean;
  /** This node has said of somebody that they are disconnected. */
  readonly onForsaken: (roomId: RoomId, peerId: PeerId) => void;
  readonly onError: (error: unknown, roomId: RoomId) => void;
}

export class GhostWatch {
  readonly #deps: GhostWatchDeps;
  /** Whose forsaken are being told of. */
  readonly #tended = new Set<RoomId>();
  readonly #rewinds: Rewinds;
  readonly #unwatchLeases: () => void;

  constructor(deps: GhostWatchDeps) {
    this.#deps = deps;
    const { clock, leases, read, onError } = deps;
    this.#rewinds = new Rewinds({
      clock,
      read,
      disconnect: (roomId, suspects) =>
        this.#disconnectNow(roomId, (peer) => {
          const isSame = ({ peerId, session }: RoomPeer): boolean =>
            peerId === peer.peerId && session === peer.session;
          return suspects.some(isSame) && !deps.holds(roomId, peer);
        }),
      onError,
    });
    this.#unwatchLeases = leases.watch(() => {
      for (const [roomId, room] of deps.rooms()) {
        this.#tend(roomId, room, ({ node }) => leases.isDead(node));
      }
    });
  }

  /** The room is as the store has it: who is in it by this node has a socket here. */
  audited(roomId: RoomId, room: HeldRoom): void {
    this.#tend(roomId, room, this.#isOrphan(roomId));
  }

  /**
   * After a join or resume of which nobody knows whether it was done: who is in the room by this node, and
   * has no socket here, is disconnected.
   */
  settle(roomId: RoomId): Promise<void> {
    return this.#disconnectNow(roomId, this.#isOrphan(roomId));
  }

  /** The store has another log of the room. */
  lost(roomId: RoomId, log: LostLog): void {
    this.#rewinds.found(roomId, log);
  }

  close(): void {
    this.#unwatchLeases();
    this.#rewinds.close();
  }

  #isOrphan(roomId: RoomId): IsForsaken {
    return (peer) => peer.node === this.#deps.leases.self && !this.#deps.holds(roomId, peer);
  }

  #disconnectNow(roomId: RoomId, isForsaken: IsForsaken): Promise<void> {
    return this.#deps.within(roomId, async (replica) => {
      await replica.catchUp();
      await this.#disconnect(roomId, replica, isForsaken);
    });
  }

  /** Never more than once at a time for a room: what is left is found again. */
  #tend(roomId: RoomId, room: HeldRoom, isForsaken: IsForsaken): void {
    if (this.#tended.has(roomId) || forsakenIn(room.record, isForsaken).length === 0) return;
    this.#tended.add(roomId);
    this.#deps
      .within(roomId, (replica) => this.#disconnect(roomId, replica, isForsaken))
      .catch((error: unknown) => this.#deps.onError(error, roomId))
      .finally(() => this.#tended.delete(roomId));
  }

  async #disconnect(roomId: RoomId, replica: RoomReplica, isForsaken: IsForsaken): Promise<void> {
    const told = await disconnectForsaken(replica, isForsaken);
    for (const peerId of told) this.#deps.onForsaken(roomId, peerId);
  }
}
