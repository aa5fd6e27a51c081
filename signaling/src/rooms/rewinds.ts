// A store that came back with an older record of a room, as a replica that lagged does. Who had left by then
// is connected in it again, at a node that lives and knows nothing of it: nobody else would ever find out.
import type { Clock } from '../clock.ts';
import { isTooLate } from '../errors.ts';
import type { Head, RoomId } from '../protocol/index.ts';
import { evolve } from './evolve.ts';
import { findPeer, type RoomPeer, type RoomRecord } from './record.ts';
import type { RoomRead } from './room-store.ts';

/** For all who were reset to come again. Shorter: some are told to be away who are not. */
export const COME_AGAIN_MS = 2_000;

/** What a node knew of a log when it found that there is another. */
export interface LostLog {
  readonly record: RoomRecord;
  /** Of its last events, the newest of which made the record. */
  readonly heads: ReadonlySet<Head>;
}

export interface RewindsDeps {
  readonly clock: Clock;
  readonly read: (roomId: RoomId) => Promise<RoomRead>;
  /** Of those who still are connected under that session. Rejects when it is to be said again. */
  readonly disconnect: (roomId: RoomId, suspects: readonly RoomPeer[]) => Promise<void>;
  readonly onError: (error: unknown, roomId: RoomId) => void;
}

/** Who is connected by what the store went back to, and not by anything that was said since. */
export const suspectsIn = ({ record, heads }: LostLog, read: RoomRead): readonly RoomPeer[] => {
  // Made anew: whoever is in it has come since.
  if (read.kind !== 'snapshot' || read.snapshot.incarnation !== record.incarnation) return [];
  const oldest = record.version - heads.size;
  const isNew = ({ version, head }: { readonly version: number; readonly head: Head }): boolean =>
    version > oldest && !heads.has(head);
  const fork = read.events.findIndex(isNew);
  const known = fork < 0 ? read.events : read.events.slice(0, fork);
  const then = known.reduce(evolve, read.snapshot);
  const now = read.events.reduce(evolve, read.snapshot);
  return then.peers.filter(({ peerId, session, connected }) => {
    const peer = findPeer(now, peerId);
    return connected && peer?.connected === true && peer.session === session;
  });
};

export class Rewinds {
  readonly #deps: RewindsDeps;
  readonly #waits = new Set<() => void>();
  #isClosed = false;

  constructor(deps: RewindsDeps) {
    this.#deps = deps;
  }

  /** A room's log was lost: whoever does not come again is disconnected. */
  found(roomId: RoomId, lost: LostLog): void {
    this.#try(roomId, async () => {
      const suspects = suspectsIn(lost, await this.#deps.read(roomId));
      if (suspects.length === 0) return;
      this.#later(() => this.#try(roomId, () => this.#deps.disconnect(roomId, suspects)));
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#waits) stop();
    this.#waits.clear();
  }

  #try(roomId: RoomId, task: () => Promise<void>): void {
    if (this.#isClosed) return;
    task().catch((error: unknown) => {
      if (isTooLate(error)) return;
      this.#deps.onError(error, roomId);
      this.#later(() => this.#try(roomId, task));
    });
  }

  #later(task: () => void): void {
    if (this.#isClosed) return;
    const stop = this.#deps.clock.after(COME_AGAIN_MS, () => {
      this.#waits.delete(stop);
      task();
    });
    this.#waits.add(stop);
  }
}
