// What the server is told while the room moves from one media node to another: that this page has
// nothing to do with the former one any more (PROTOCOL M17).
import type { Cancel, Clock } from '../signaling/clock.ts';
import type { Room } from './room-state.ts';

/**
 * For what somebody has on and does not bring: longer keeps a node from being replaced, shorter takes away
 * what a slow network is about to bring.
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
  /** All that should come, and go out, does so under the new placement. */
  readonly hasArrived: boolean;
}

export class MoveReport {
  readonly #deps: MoveReportDeps;
  /** Where the room is moving to. */
  #placement: number | null = null;
  #isTold = false;
  #isLate = false;
  #cancelLatest: Cancel | null = null;
  #cancelAgain: Cancel | null = null;

  constructor(deps: MoveReportDeps) {
    this.#deps = deps;
  }

  /** Nothing of the former placement is needed here. */
  get isTold(): boolean {
    return this.#isTold;
  }

  update({ placement, leaving, isConnected, hasArrived }: MoveView): void {
    const moving = leaving === null ? null : placement;
    if (moving !== this.#placement) this.#reset(moving);
    if (moving === null || this.#isTold) return;
    if (hasArrived || this.#isLate) {
      this.#tell(moving);
    } else if (!isConnected) {
      this.#stopWaiting();
    } else {
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
