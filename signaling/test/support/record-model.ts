// The model of the record: some nodes, one store, and all that may go wrong between them, at random. What
// the store took is written down here by itself, and at every agreement each node must come to exactly
// that record, and be reset exactly when its own is no part of it.
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Incarnation, RoomId } from '../../src/protocol/index.ts';
import { emptyRecord, evolve } from '../../src/rooms/evolve.ts';
import type { RoomEvent, RoomRecord } from '../../src/rooms/record.ts';
import type { RoomStore } from '../../src/rooms/room-store.ts';
import { anyMove, anyPlacing, type Move, MOVING } from './any-command.ts';
import { holdsMode } from './mode-invariants.ts';
import { type AppendFault, type HintFate, ModelNode } from './model-node.ts';
import { holdsPlaces } from './placement-invariants.ts';
import type { RewindableStore } from './rewindable-store.ts';

export const NODES = 3;

const FAULTS: readonly AppendFault[] = [
  'answer-lost',
  'not-done',
  'done-and-denied',
  'crash-before',
  'crash-after',
];
const FATES: readonly HintFate[] = [
  'all',
  'twice',
  'backwards',
  'first-lost',
  'last-lost',
  'missed',
  'old',
];

/** A room that moves, and what ends it. */
const MOVES: readonly string[] = ['room-placed', 'peer-arrived', 'media-lost'];

interface Said {
  readonly node: number;
  readonly move: Move;
}

type Step =
  | (Said & {
      readonly type: 'command';
      readonly fault: AppendFault | null;
      readonly passedMs: number;
    })
  /** One by each node, at the same time. */
  | { readonly type: 'together'; readonly moves: readonly Move[] }
  | { readonly type: 'hear'; readonly node: number; readonly fate: HintFate }
  | { readonly type: 'mark' | 'rewind' | 'empty' | 'agree' };

const node = fc.nat(NODES - 1);
const move = fc.oneof({ weight: 2, arbitrary: anyMove }, { weight: 1, arbitrary: anyPlacing });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      type: fc.constant('command' as const),
      node,
      move,
      fault: fc.option(fc.constantFrom(...FAULTS), { freq: 4 }),
      passedMs: fc.nat(4_000),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('together' as const),
      moves: fc.array(move, { minLength: NODES, maxLength: NODES }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('hear' as const),
      node,
      fate: fc.constantFrom(...FATES),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ type: 'mark' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'rewind' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'empty' as const }) },
  { weight: 2, arbitrary: fc.constant({ type: 'agree' as const }) },
);

const begin: readonly Step[] = MOVING.map((made) => ({
  type: 'command',
  node: 0,
  move: made,
  fault: null,
  passedMs: 0,
}));

/** Some begin in the middle of a move. */
export const anySteps = fc
  .tuple(fc.nat(2), fc.array(step, { maxLength: 80, size: 'max' }))
  .map(([which, steps]) => (which === 0 ? [...begin, ...steps] : steps));

/** What happened over all runs: they are worth something only if all of it did. */
export class Reached {
  readonly #counts = new Map<string, number>();

  add(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  /** Sorted, to be compared and printed. */
  counts(): Readonly<Record<string, number>> {
    const inOrder = [...this.#counts].sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(inOrder);
  }
}

export const EXPECTED_TO_REACH: readonly string[] = [
  ...FAULTS.map((fault) => `fault ${fault}`),
  ...FATES.map((fate) => `hints ${fate}`),
  ...MOVES,
  'agreed on a record',
  'agreed that there is none',
  'emptied',
  'lost a race',
  'reset',
  'rewound',
];

/** Each life's events by version, as the store took them. */
type Truth = ReadonlyMap<Incarnation, readonly RoomEvent[]>;

export interface ModelOptions {
  readonly roomId: RoomId;
  /** One for each node. */
  readonly stores: readonly RoomStore[];
  readonly rewindable: Pick<RewindableStore, 'mark' | 'empty'>;
  readonly reached: Reached;
}

export class RecordModel {
  readonly #options: ModelOptions;
  readonly #nodes: readonly ModelNode[];
  #truth: Truth = new Map();
  #putBack: (() => Promise<void>) | null = null;
  #nowMs = 1_000_000;

  constructor(options: ModelOptions) {
    this.#options = options;
    const { roomId, stores } = options;
    this.#nodes = stores.map(
      (store) => new ModelNode(roomId, store, (events) => this.#write(events)),
    );
  }

  async run(steps: readonly Step[]): Promise<void> {
    const { roomId, stores } = this.#options;
    const unsubscribes = await Promise.all(
      this.#nodes.map((one, index) =>
        this.#storeOf(stores, index).subscribe(roomId, {
          onMissed: () => undefined,
          onEvents: (events) => one.hint(events),
          onMessage: () => undefined,
          onWhisper: () => undefined,
        }),
      ),
    );
    try {
      for (const one of steps) await this.#take(one);
      await this.#agree();
    } finally {
      for (const unsubscribe of unsubscribes) unsubscribe();
    }
  }

  async #take(one: Step): Promise<void> {
    const { reached, rewindable } = this.#options;
    switch (one.type) {
      case 'command':
        this.#nowMs += one.passedMs;
        return this.#command(one, one.fault);
      case 'together':
        await Promise.all(
          one.moves.map((move, index) => this.#command({ node: index, move }, null)),
        );
        return;
      case 'hear':
        reached.add(`hints ${one.fate}`);
        return this.#node(one.node).hear(one.fate);
      case 'mark': {
        const truth = new Map(this.#truth);
        const putBack = await rewindable.mark();
        this.#putBack = async () => {
          await putBack();
          this.#truth = truth;
        };
        return;
      }
      case 'rewind':
        if (this.#putBack === null) return;
        reached.add('rewound');
        return this.#putBack();
      case 'empty':
        reached.add('emptied');
        this.#truth = new Map();
        return rewindable.empty();
      case 'agree':
        return this.#agree();
    }
  }

  async #command({ node: index, move }: Said, fault: AppendFault | null): Promise<void> {
    const one = this.#node(index);
    const command = move(one.record, this.#nowMs);
    const { hasFaulted, races } = await one.run(command, fault);
    if (hasFaulted && fault !== null) this.#options.reached.add(`fault ${fault}`);
    if (races > 0) this.#options.reached.add('lost a race');
  }

  async #agree(): Promise<void> {
    const { reached, roomId, stores } = this.#options;
    const read = await this.#storeOf(stores, 0).read(roomId, null);
    const stored = read.kind === 'snapshot' ? read.events.reduce(evolve, read.snapshot) : null;
    const record = stored === null ? null : this.#recordOf(stored.incarnation);
    expect(stored, 'the store has what it took').toEqual(record);
    if (record !== null && record.peers.length > 0) {
      holdsMode(record);
      holdsPlaces(record);
    }
    reached.add(record === null ? 'agreed that there is none' : 'agreed on a record');
    for (const one of this.#nodes) {
      const isLost = one.record !== null && !this.#has(record, one.record);
      const before = one.resets;
      await one.catchUp();
      expect(one.resets - before, 'reset when the record is another, and only then').toBe(
        isLost ? 1 : 0,
      );
      if (isLost) {
        reached.add('reset');
        expect(one.record).toBeNull();
      }
      await one.load();
      expect(one.record).toEqual(record);
    }
  }

  /** Whether a node's record is what this one once was. */
  #has(record: RoomRecord | null, { incarnation, version, head }: RoomRecord): boolean {
    if (record?.incarnation !== incarnation) return false;
    return this.#truth.get(incarnation)?.[version - 1]?.head === head;
  }

  #recordOf(incarnation: Incarnation): RoomRecord | null {
    const events = this.#truth.get(incarnation) ?? [];
    const [first] = events;
    return first === undefined ? null : events.reduce(evolve, emptyRecord(incarnation, first.prev));
  }

  /** By version: answers of two nodes may come in another order than their appends. */
  #write(events: readonly RoomEvent[]): void {
    for (const event of events) {
      const { type } = event.fact;
      if (MOVES.includes(type)) this.#options.reached.add(type);
      const log = [...(this.#truth.get(event.incarnation) ?? [])];
      expect(log[event.version - 1], 'one event a version').toBeUndefined();
      log[event.version - 1] = event;
      this.#truth = new Map([...this.#truth, [event.incarnation, log]]);
    }
  }

  #node(index: number): ModelNode {
    return this.#nodes[index] ?? expect.fail(`no node ${index}`);
  }

  #storeOf(stores: readonly RoomStore[], index: number): RoomStore {
    return stores[index] ?? expect.fail(`no store ${index}`);
  }
}
