// Which workers drain, and when their processes are replaced: by order, or for their age (PROTOCOL M18).
import { badParameters } from './media-errors.ts';
import { chooseAged } from './worker-age.ts';

/** What is to be known of a worker's slot, and done to it. */
export interface TurnoverSlot {
  readonly isRunning: boolean;
  readonly isDraining: boolean;
  ageMs(): number;
  /** Answers whether it has begun with that. One that is being replaced comes back fresh anyway. */
  drain(): boolean;
  /** Ends the process and starts a fresh one, which does not drain. */
  replace(): void;
}

export interface TurnoverDeps {
  readonly slots: readonly TurnoverSlot[];
  /** How many rooms are on each worker; of those that have none, nothing. */
  readonly countRooms: () => ReadonlyMap<number, number>;
  /** Undefined: never too old. */
  readonly maxAgeMs?: number | undefined;
  /** Some worker has begun to drain. */
  readonly onDraining: () => void;
}

export class Turnover {
  readonly #deps: TurnoverDeps;
  /** All of them, for good: the node ends. */
  #isLeaving = false;

  constructor(deps: TurnoverDeps) {
    this.#deps = deps;
  }

  isDraining(worker: number): boolean {
    return this.#isLeaving || this.#deps.slots[worker]?.isDraining === true;
  }

  /** Throws `bad-parameters` for a number that is not here. */
  drain(worker: number): void {
    const slot = this.#deps.slots[worker];
    if (slot === undefined) throw badParameters(`there is no worker ${worker}`);
    if (this.#isLeaving || !slot.drain()) return;
    this.#deps.onDraining();
    this.lookAtDraining();
  }

  /** Answers whether that has begun now. */
  drainAll(): boolean {
    if (this.#isLeaving) return false;
    this.#isLeaving = true;
    this.#deps.onDraining();
    return true;
  }

  /** Those that drain and that the last room has left are replaced. */
  lookAtDraining(): void {
    const { slots, countRooms } = this.#deps;
    if (this.#isLeaving || !slots.some(({ isDraining }) => isDraining)) return;
    const counts = countRooms();
    for (const [worker, slot] of slots.entries()) {
      if (slot.isRunning && slot.isDraining && !counts.has(worker)) slot.replace();
    }
  }

  lookAtAges(): void {
    const { slots, countRooms, maxAgeMs } = this.#deps;
    if (this.#isLeaving || maxAgeMs === undefined) return;
    const counts = countRooms();
    const workers = slots.map((slot, worker) => ({
      worker,
      ageMs: slot.ageMs(),
      isEmpty: !counts.has(worker),
      takesRooms: slot.isRunning && !slot.isDraining,
    }));
    const aged = chooseAged(workers, maxAgeMs);
    if (aged !== undefined) this.drain(aged);
  }
}
