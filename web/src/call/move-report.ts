// What the server is told while the room moves from one media node to another: that this page has
// nothing to do with the former one any more (PROTOCOL M17).
import type { Cancel, Clock } from '../signaling/clock.ts';
import type { Room } from './room-state.ts';

/**
 * After the last that has come, for what somebody has on and does not bring: longer keeps a node from being
 * replaced, shorter takes away what a slow network or computer is about to bring. The server waits no more
 * than a minute in all.
 */
const LATEST_MS = 10_000;
/** After a refusal. */
const AGAIN_MS = 1_000;

export interface MoveReportDeps {
  readonly clock: Clock;
  /** The request `arrived`. */
  readonly report: (placement: number) => Promise<unknown>;
}

export interface MoveView extends Pick<Room, 'placement' | 'leaving'> {
  /** Without the server nothing new can come, and nothing is late. */
  readonly isConnected: boolean;
  /** Streams that should come, or go out, and do not do so under the new placement yet. */
  readonly missing: number;
}

export class MoveReport {
  readonly #deps: MoveReportDeps;
  /** Where the room is moving to. */
  #placement: number | null = null;
  #isTold = false;
  #isLate = false;
  #missing = Number.POSITIVE_INFINITY;
  #cancelLatest: Cancel | null = null;
  #cancelAgain: Cancel | null = null;

  constructor(deps: MoveReportDeps) {
    this.#deps = deps;
  }

  /** Nothing of the former placement is needed here. */
  get isTold(): boolean {
    return this.#isTold;
  }

  update({ placement, leaving, isConnected, missing }: MoveView): void {
    const moving = leaving === null ? null : placement;
    if (moving !== this.#placement) this.#reset(moving);
    if (moving === null || this.#isTold) return;
    const isProgress = missing < this.#missing;
    this.#missing = missing;
    if (missing === 0 || this.#isLate) {
      this.#tell(moving);
    } else {
      if (isProgress || !isConnected) this.#stopWaiting();
      if (!isConnected) return;
      this.#cancelLatest ??= this.#deps.clock.after(LATEST_MS, () => {
        this.#isLate = true;
        this.#tell(moving);
      });
    }
  }

  /** May be called twice. */
  close(): void {
    this.#reset(null);
  }

  #reset(placement: number | null): void {
    this.#placement = placement;
    this.#isTold = false;
    this.#isLate = false;
    this.#missing = Number.POSITIVE_INFINITY;
    this.#stopWaiting();
    this.#cancelAgain?.();
    this.#cancelAgain = null;
  }

  #stopWaiting(): void {
    this.#cancelLatest?.();
    this.#cancelLatest = null;
  }

  /** Once; until it was taken. */
  #tell(placement: number): void {
    this.#stopWaiting();
    this.#isTold = true;
    this.#deps.report(placement).catch(() => {
      if (this.#placement !== placement) return;
      this.#cancelAgain = this.#deps.clock.after(AGAIN_MS, () => this.#tell(placement));
    });
  }
}
