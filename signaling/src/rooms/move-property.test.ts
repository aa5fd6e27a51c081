// Rooms whose media nodes drain, die and come again at random, while people come, go and arrive (PROTOCOL M8,
// M17).
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { apply, join, NODE } from '../../test/support/decisions.ts';
import { as } from '../../test/support/group-commands.ts';
import { holdsMode } from '../../test/support/mode-invariants.ts';
import { holdsPlaces } from '../../test/support/placement-invariants.ts';
import type { PeerId } from '../protocol/index.ts';
import { newPeerId, newProducerId } from '../random.ts';
import { type Command, decide } from './decide.ts';
import { type Fact, placesOf, type RoomRecord } from './record.ts';

const peers = Array.from({ length: 4 }, newPeerId);
const joins = peers.map((peerId) => join(peerId, 3, { callMode: 'sfu-only' }));

/** Refers to the record as it is then. */
type Step = (record: RoomRecord) => Command;

const home = fc.nat({ max: 2 }).map((worker) => ({ nodeId: 'a.1', worker }));
const someone = fc.nat({ max: 5 }).map(
  (index) =>
    ({ peers: here }: RoomRecord): PeerId =>
      here[index % here.length]?.peerId ?? expect.fail('an empty room'),
);
/** By who knows the record as it is, and sometimes by who does not. */
const late = fc.constantFrom(0, 0, 0, 0, 1, 2);

const said = <T extends object>(rest: fc.Arbitrary<(record: RoomRecord) => T>) =>
  fc
    .tuple(someone, rest)
    .map(([by, made]) => (record: RoomRecord) => ({ ...made(record), ...as(record, by(record)) }));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...joins).map((command) => () => command) },
  said(fc.constant(() => ({ type: 'leave', reason: 'left' }) as const)),
  said(fc.constant(() => ({ type: 'disconnect' }) as const)),
  someone.map((by): Step => (record) => ({ type: 'resume', peerId: by(record), node: NODE })),
  {
    weight: 3,
    arbitrary: home.map((to): Step => ({ placement }) => ({
      type: 'place',
      placement: placement + 1,
      home: to,
    })),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(late, home).map(([by, to]): Step => ({ placement }) => ({
      type: 'move',
      from: placement - by,
      placement: placement + 1 - by,
      home: to,
    })),
  },
  late.map((by): Step => ({ placement }) => ({ type: 'lose-media', placement: placement - by })),
  fc.constant<Step>(({ placement, leaving }) => ({
    type: 'lose-media',
    placement: leaving?.placement ?? placement,
  })),
  {
    weight: 6,
    arbitrary: said(
      late.map(
        (by) =>
          ({ placement }) =>
            ({ type: 'arrived', placement: placement - by }) as const,
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: said(
      late.map((by) => ({ placement }) => ({
        type: 'produced' as const,
        source: 'mic' as const,
        producerId: newProducerId(),
        placement: placement - by,
        on: true,
      })),
    ),
  },
);

/** What became of a room that was moving, or not. */
const becomes = (former: RoomRecord | null, record: RoomRecord): string => {
  if (record.leaving === null) {
    if ((former?.leaving ?? null) === null) return 'stays';
    return record.home === null ? 'is nowhere' : 'has moved';
  }
  if (former === null || former.leaving === null) return 'begins to move';
  if (record.leaving.placement !== former.leaving.placement) return 'moves again';
  if (former.home !== null) return record.home === null ? 'loses the new home' : 'moves on';
  return record.home === null ? 'waits' : 'finds another new home';
};

const BECOMES = [
  'begins to move',
  'finds another new home',
  'has moved',
  'is nowhere',
  'loses the new home',
  'moves again',
  'moves on',
];

/** Each stay begins once and ends once, and no other one is told to end. */
class Stays {
  #now: readonly number[] = [];

  take(facts: readonly Fact[]): void {
    for (const fact of facts) {
      if (fact.type === 'room-placed') {
        expect(this.#now.every((other) => other < fact.placement)).toBe(true);
        this.#now = [...this.#now, fact.placement];
      } else if (fact.type === 'media-lost') {
        expect(this.#now).toContain(fact.placement);
        this.#now = this.#now.filter((other) => other !== fact.placement);
      }
    }
  }

  are(record: RoomRecord): void {
    const places = placesOf(record).map(({ placement }) => placement);
    expect(this.#now.toSorted()).toEqual(places.toSorted());
  }
}

it('M8 M17 whatever drains or dies, a room is at one home, left by one other at most until all have arrived', () => {
  const reached = new Set<string>();
  const [first = expect.fail('nobody')] = joins;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      let record: RoomRecord | null = null;
      let stays = new Stays();
      const placements = new Map<string, number>();
      for (const made of steps) {
        const command: Command = record === null ? first : made(record);
        const decision = decide(record, command);
        if (!decision.ok || decision.facts.length === 0) continue;
        if (command.type === 'produced') placements.set(command.producerId, command.placement);
        const former: RoomRecord | null = record;
        record = apply(former, decision.facts);
        stays.take(decision.facts);
        if (record.peers.length === 0) {
          record = null;
          stays = new Stays();
          continue;
        }
        stays.are(record);
        holdsMode(record);
        holdsPlaces(record);
        reached.add(becomes(former, record));
        for (const { streams } of record.peers) {
          const { producerId } = streams.mic;
          if (producerId !== undefined) expect(placements.get(producerId)).toBe(record.placement);
        }
      }
    }),
    { numRuns: 400 },
  );
  // The runs are worth something only if they come to all of it.
  expect([...reached]).toEqual(expect.arrayContaining(BECOMES));
});
