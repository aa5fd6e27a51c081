// How many calls of one connection have no answer yet, in all and of each room.

export interface WaitingLimits {
  readonly waitingCalls: number;
  readonly waitingCallsOfRoom: number;
}

export class WaitingCalls {
  readonly #limits: WaitingLimits;
  readonly #ofRoom = new Map<string, number>();
  #all = 0;

  constructor(limits: WaitingLimits) {
    this.#limits = limits;
  }

  /** Undefined when there are too many; else what takes it away again, once. */
  add(roomId: string): (() => void) | undefined {
    const ofRoom = this.#ofRoom.get(roomId) ?? 0;
    const { waitingCalls, waitingCallsOfRoom } = this.#limits;
    if (this.#all >= waitingCalls || ofRoom >= waitingCallsOfRoom) return undefined;
    this.#all += 1;
    this.#ofRoom.set(roomId, ofRoom + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#all -= 1;
      const left = (this.#ofRoom.get(roomId) ?? 1) - 1;
      if (left > 0) this.#ofRoom.set(roomId, left);
      else this.#ofRoom.delete(roomId);
    };
  }
}
