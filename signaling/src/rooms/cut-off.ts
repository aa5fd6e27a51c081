// A node that has been cut off from the store while the others have not: they take it for dead, and its people
// would be out when their time to come back ends, with sockets that work. It lets them go to another node
// before that (PROTOCOL N6).
import type { Clock } from '../clock.ts';
import { BEAT_MS, type NodeLeases } from './node-leases.ts';
import type { RoomMember } from './room-fanout.ts';

/**
 * Shorter: an outage of half a minute, in which nobody can go anywhere, costs everybody their socket.
 * Longer, with the spread: fewer of the 45 s that run since the lease ended are left (absences.ts).
 */
export const CUT_OFF_MS = 32_000;

/** Shorter: all come to the other nodes at once. */
export const CUT_OFF_SPREAD_MS = 6_000;

export interface CutOffDeps {
  readonly clock: Clock;
  readonly leases: NodeLeases;
  readonly members: () => readonly RoomMember[];
}

export class CutOff {
  readonly #deps: CutOffDeps;
  readonly #closing = new Set<() => void>();
  #isOver = false;
  #cancel: () => void = () => undefined;

  constructor(deps: CutOffDeps) {
    this.#deps = deps;
    this.#lookLater();
  }

  close(): void {
    this.#cancel();
    this.#keep();
  }

  #lookLater(): void {
    this.#cancel = this.#deps.clock.after(BEAT_MS, () => {
      this.#lookLater();
      if (this.#deps.leases.failingMs() < CUT_OFF_MS) this.#keep();
      else if (!this.#isOver) this.#letGo();
    });
  }

  /** Nobody comes in while the store is away, so that once is enough. */
  #letGo(): void {
    this.#isOver = true;
    const members = this.#deps.members();
    members.forEach((member, index) => {
      const waitMs = Math.floor((index * CUT_OFF_SPREAD_MS) / members.length);
      const stop = this.#deps.clock.after(waitMs, () => {
        this.#closing.delete(stop);
        member.cutOff();
      });
      this.#closing.add(stop);
    });
  }

  /** Who has not been let go yet stays. */
  #keep(): void {
    this.#isOver = false;
    for (const stop of this.#closing) stop();
    this.#closing.clear();
  }
}
