// A node of the model: one replica over a store that fails as networks and processes do, whose hints wait
// until the test lets them come, in whatever order it likes. Checks what the replica tells as it tells it.
import { expect } from 'vitest';
import { AppError } from '../../src/errors.ts';
import type { Head, RoomId } from '../../src/protocol/index.ts';
import type { Command } from '../../src/rooms/decide.ts';
import { evolve, follows } from '../../src/rooms/evolve.ts';
import type { RoomEvent, RoomRecord } from '../../src/rooms/record.ts';
import { type Outcome, RoomReplica } from '../../src/rooms/room-replica.ts';
import type { RoomStore } from '../../src/rooms/room-store.ts';
import { SerialQueue } from '../../src/rooms/serial-queue.ts';

/** What happens to the next append. */
export type AppendFault =
  /** It is done; the answer is lost on its way. */
  | 'answer-lost'
  /** It never comes to the store. */
  | 'not-done'
  /** It is done, and done again by who sent it; the second time says no. */
  | 'done-and-denied'
  /** The process ends before, or after, it is done. */
  | 'crash-before'
  | 'crash-after';

/** What happens to hints that are on their way. */
export type HintFate =
  'all' | 'twice' | 'backwards' | 'first-lost' | 'last-lost' | 'missed' | 'old';

export interface Ran {
  /** Whether the fault that was asked for came to pass: a command may append nothing. */
  readonly hasFaulted: boolean;
  /** Appends for which somebody else was faster. */
  readonly races: number;
}

type Ended =
  | { readonly type: 'done'; readonly outcome: Outcome }
  | { readonly type: 'refused'; readonly error: unknown }
  | { readonly type: 'crashed' };

/** Never answers: whoever waited is no more. */
const CRASHED = Symbol('crashed');

const away = (): never => {
  throw new AppError('unavailable', 'the store is away');
};

export class ModelNode {
  readonly #roomId: RoomId;
  readonly #store: RoomStore;
  readonly #onAppended: (events: readonly RoomEvent[]) => void;
  #replica: RoomReplica;
  #queue = new SerialQueue();
  #fault: AppendFault | null = null;
  #crash: () => void = () => undefined;
  #hints: (readonly RoomEvent[])[] = [];
  #heard: (readonly RoomEvent[])[] = [];
  /** What its people were told; null before they were told anything. */
  #told: RoomRecord | null = null;
  resets = 0;
  /** Appends of this life that the store took during the command under way. */
  #appends: Head[] = [];
  #races = 0;

  constructor(
    roomId: RoomId,
    store: RoomStore,
    onAppended: (events: readonly RoomEvent[]) => void,
  ) {
    this.#roomId = roomId;
    this.#store = store;
    this.#onAppended = onAppended;
    this.#replica = this.#newReplica();
  }

  get record(): RoomRecord | null {
    return this.#replica.record;
  }

  hint(events: readonly RoomEvent[]): void {
    this.#hints.push(events);
  }

  /** Runs the command, and holds what came of it against what the store saw of it. */
  async run(command: Command, fault: AppendFault | null): Promise<Ran> {
    this.#fault = fault;
    this.#races = 0;
    this.#appends = [];
    const crashed = new Promise<typeof CRASHED>((resolve) => {
      this.#crash = () => resolve(CRASHED);
    });
    const replica = this.#replica;
    const running = this.#queue.run(() => replica.execute(command));
    const ended = await Promise.race([
      crashed.then((): Ended => ({ type: 'crashed' })),
      running.then(
        (outcome): Ended => ({ type: 'done', outcome }),
        (error: unknown): Ended => ({ type: 'refused', error }),
      ),
    ]);
    const hasFaulted = this.#fault !== fault;
    this.#fault = null;
    this.#judge(command, ended);
    if (ended.type === 'crashed') this.#restart();
    else this.#settle();
    return { hasFaulted, races: this.#races };
  }

  async hear(fate: HintFate): Promise<void> {
    const hints = this.#hints;
    this.#hints = [];
    this.#heard.push(...hints);
    switch (fate) {
      case 'all':
        return this.#absorb(hints);
      case 'twice':
        return this.#absorb(hints.flatMap((hint) => [hint, hint]));
      case 'backwards':
        return this.#absorb(hints.toReversed());
      case 'first-lost':
        return this.#absorb(hints.slice(1));
      case 'last-lost':
        return this.#absorb(hints.slice(0, -1));
      case 'old':
        return this.#absorb([...this.#heard.slice(0, 3), ...hints]);
      case 'missed':
        return this.catchUp();
    }
  }

  async catchUp(): Promise<void> {
    await this.#queue.run(async () => {
      if (this.#replica.record !== null) await this.#replica.catchUp();
    });
    this.#settle();
  }

  /** As a node does for who comes to it first. */
  async load(): Promise<void> {
    await this.#queue.run(() => this.#replica.catchUp());
    this.#settle();
  }

  async #absorb(hints: readonly (readonly RoomEvent[])[]): Promise<void> {
    for (const hint of hints) await this.#queue.run(() => this.#replica.absorb(hint));
    this.#settle();
  }

  #restart(): void {
    this.#replica = this.#newReplica();
    this.#queue = new SerialQueue();
    this.#hints = [];
    this.#told = null;
  }

  /** Nothing that a command does is done twice, or done and denied. */
  #judge({ type }: Command, ended: Ended): void {
    const appends = this.#appends.length;
    expect(appends, `${type} was appended at most once`).toBeLessThanOrEqual(1);
    if (ended.type === 'done') {
      expect(appends, `${type} says whether it changed anything`).toBe(
        ended.outcome.changed ? 1 : 0,
      );
    } else if (ended.type === 'refused' && ended.error instanceof AppError) {
      const isUnknown = ended.error.code === 'unavailable';
      if (!isUnknown) expect(appends, `${type}: ${ended.error.code}`).toBe(0);
    } else if (ended.type === 'refused') {
      expect.fail(`${type} failed: ${String(ended.error)}`);
    }
  }

  /** What was told is what the replica now holds. */
  #settle(): void {
    const { record } = this.#replica;
    if (this.#told !== null && record !== null) expect(record).toEqual(this.#told);
    this.#told = record;
  }

  #newReplica(): RoomReplica {
    return new RoomReplica(this.#roomId, this.#faulty(), {
      onEvents: (events, record) => this.#onEvents(events, record),
      onReset: () => {
        this.resets += 1;
        this.#told = this.#replica.record;
      },
    });
  }

  #onEvents(events: readonly RoomEvent[], record: RoomRecord): void {
    let reached = this.#told;
    for (const event of events) {
      if (reached === null) break;
      expect(follows(reached, event), 'each event follows the one before').toBe(true);
      reached = evolve(reached, event);
    }
    if (reached !== null) expect(record).toEqual(reached);
    this.#told = record;
  }

  /** The same append, sent once more, is the same append. */
  #note(events: readonly RoomEvent[]): void {
    const head = events.at(-1)?.head;
    if (head === undefined || this.#appends.includes(head)) return;
    this.#appends.push(head);
    this.#onAppended(events);
  }

  #faulty(): RoomStore {
    const never = async (): Promise<never> => {
      this.#crash();
      return new Promise(() => undefined);
    };
    return {
      ...this.#store,
      append: async (roomId, append) => {
        const fault = this.#fault;
        this.#fault = null;
        if (fault === 'not-done') return away();
        if (fault === 'crash-before') return never();
        const isAppended = await this.#store.append(roomId, append);
        if (isAppended) {
          this.#note(append.events);
        } else {
          this.#races += 1;
        }
        if (fault === 'crash-after') return never();
        if (fault === 'answer-lost') return away();
        return fault === 'done-and-denied' ? false : isAppended;
      },
    };
  }
}
