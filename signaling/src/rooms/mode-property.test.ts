// Any run of what changes a room's mode leaves a mode that fits who is there (PROTOCOL C1–C8).
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { apply, NODE } from '../../test/support/decisions.ts';
import { as } from '../../test/support/group-commands.ts';
import { holdsMode } from '../../test/support/mode-invariants.ts';
import { holdsPlaces } from '../../test/support/placement-invariants.ts';
import type { CallMode, PeerId } from '../protocol/index.ts';
import { newPeerId, newProducerId } from '../random.ts';
import { type Command, decide } from './decide.ts';
import type { RoomRecord } from './record.ts';

const home = { nodeId: 'local', worker: 0 };
const peers = Array.from({ length: 4 }, newPeerId);

/** Refers to the record as it is then. */
type Move = (record: RoomRecord) => Command;

const mostly = fc.integer({ min: 0, max: 5 }).map((number) => number > 0);
const peerId = fc.constantFrom(...peers);
/** Somebody of the room, more often than not. */
const someone = fc.tuple(peerId, fc.nat({ max: 5 })).map(
  ([other, index]) =>
    (record: RoomRecord): PeerId =>
      record.peers[index]?.peerId ?? other,
);

const join = fc.record({
  type: fc.constant('join' as const),
  peerId,
  node: fc.constant(NODE),
  maxPeers: fc.constant(3),
  direct: mostly,
  callMode: fc
    .integer({ min: 0, max: 60 })
    .map((number) => (number === 0 ? ('sfu-only' as const) : ('auto' as const))),
});

const said = <T extends object>(rest: fc.Arbitrary<T>) =>
  fc
    .tuple(someone, rest)
    .map(([by, made]) => (record: RoomRecord) => ({ ...made, ...as(record, by(record)) }));

const outcome = fc.constantFrom(
  'slow' as const,
  'arrived' as const,
  'arrived' as const,
  'failed' as const,
);

const always = (made: Move): fc.Arbitrary<Move> => fc.constant(made);

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: join.map((command) => () => command) },
  { weight: 2, arbitrary: said(fc.constant({ type: 'leave', reason: 'left' } as const)) },
  said(fc.constant({ type: 'disconnect' } as const)),
  someone.map((by): Move => (record) => ({ type: 'resume', peerId: by(record), node: NODE })),
  said(fc.record({ type: fc.constant('set-direct' as const), direct: mostly })),
  {
    weight: 6,
    arbitrary: fc
      .tuple(someone, someone, outcome)
      .map(([by, about, outcome]): Move => (record) => ({
        type: 'peer-to-peer',
        outcome,
        with: about(record),
        ...as(record, by(record)),
      })),
  },
  { weight: 2, arbitrary: always(() => ({ type: 'go-direct' })) },
  {
    weight: 4,
    arbitrary: always(({ placement }) => ({ type: 'place', placement: placement + 1, home })),
  },
  always(({ placement }) => ({ type: 'lose-media', placement })),
  always(({ placement, leaving }) => ({
    type: 'lose-media',
    placement: leaving?.placement ?? placement,
  })),
  always(({ placement }) => ({ type: 'move', from: placement, placement: placement + 1, home })),
  {
    weight: 2,
    arbitrary: someone.map((by): Move => (record) => ({
      type: 'arrived',
      placement: record.placement,
      ...as(record, by(record)),
    })),
  },
  someone.map((by): Move => (record) => ({
    type: 'produced',
    source: 'mic',
    producerId: newProducerId(),
    placement: record.placement,
    on: true,
    ...as(record, by(record)),
  })),
);

const wordOf = (mode: CallMode): string => {
  if (mode.type === 'sfu') return mode.reason;
  if (!mode.standby) return 'direct';
  return mode.arrived.length > 0 ? 'arrived' : 'standby';
};

/** The way back is one command alone, and a server's own mode has none. */
const followsMode = (former: RoomRecord | null, { mode }: RoomRecord, { type }: Command): void => {
  if (former?.mode.type !== 'sfu' || mode.type === 'sfu') return;
  expect(type).toBe('go-direct');
  expect(former.mode.reason).not.toBe('server');
};

it('C1 C2 C3 C6 C8 whatever is said in whatever order, the mode fits who is there', () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(join, fc.array(move, { maxLength: 60, size: 'max' }), (first, moves) => {
      let record: RoomRecord | null = null;
      for (const made of [() => first, ...moves]) {
        const command: Command = record === null ? first : made(record);
        const decision = decide(record, command);
        if (!decision.ok || decision.facts.length === 0) continue;
        const former: RoomRecord | null = record;
        record = apply(former, decision.facts);
        for (const fact of decision.facts) {
          reached.add(fact.type === 'mode-changed' ? wordOf(fact.mode) : fact.type);
        }
        if (record.peers.length === 0) {
          record = null;
          continue;
        }
        holdsMode(record);
        holdsPlaces(record);
        followsMode(former, record, command);
      }
    }),
    { numRuns: 400 },
  );
  // The runs are worth something only if they come to all of it.
  const modes = ['standby', 'arrived', 'direct', 'server', 'people', 'not-connected'];
  const others = ['address-hidden', 'direct-changed', 'room-placed', 'media-lost', 'peer-arrived'];
  expect([...reached]).toEqual(expect.arrayContaining([...modes, ...others]));
});
