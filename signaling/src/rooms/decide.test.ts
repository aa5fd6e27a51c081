// decide and evolve together: which commands make which facts, and what a record becomes of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PeerId, StreamSource, STREAM_SOURCES } from '../protocol/index.ts';
import { newHead, newIncarnation, newPeerId, newProducerId } from '../random.ts';
import { type Command, decide } from './decide.ts';
import { emptyRecord, evolve } from './evolve.ts';
import { type Fact, findPeer, RoomEvent, RoomRecord } from './record.ts';

const ada = newPeerId();
const bob = newPeerId();
const home = { nodeId: 'local', worker: 0 };

const join = (peerId: PeerId, maxPeers = 10): Command => ({
  type: 'join',
  peerId,
  displayName: 'Ada',
  maxPeers,
});

const apply = (record: RoomRecord | null, facts: readonly Fact[]): RoomRecord =>
  facts.reduce(
    (reached, fact) => {
      const event = {
        incarnation: reached.incarnation,
        version: reached.version + 1,
        prev: reached.head,
        head: newHead(),
        fact,
      };
      expect(RoomEvent.parse(event)).toEqual(event);
      return evolve(reached, event);
    },
    record ?? emptyRecord(newIncarnation(), newHead()),
  );

/** Runs the commands one after another; a refusal fails the test. */
const after = (...commands: Command[]): RoomRecord | null =>
  commands.reduce<RoomRecord | null>((record, command) => {
    const decision = decide(record, command);
    if (!decision.ok) throw new Error(`${command.type}: ${decision.code}`);
    return apply(record, decision.facts);
  }, null);

const factsOf = (record: RoomRecord | null, command: Command) => {
  const decision = decide(record, command);
  return decision.ok ? decision.facts.map(({ type }) => type) : decision.code;
};

describe('decide', () => {
  it('J1 the first join makes the room, the next joins it, in order', () => {
    expect(after(join(ada), join(bob))?.peers.map(({ peerId }) => peerId)).toEqual([ada, bob]);
  });

  it('J3 a join by a peer who is there takes the session over instead of doubling the peer', () => {
    const record = after(join(ada), join(ada));
    expect(record?.peers).toHaveLength(1);
    expect(findPeer(record, ada)?.session).toBe(2);
  });

  it('J4 a full room refuses a new peer and takes back one of its own', () => {
    const record = after(join(ada, 1));
    expect(factsOf(record, join(bob, 1))).toBe('room-full');
    expect(factsOf(record, join(ada, 1))).toEqual(['peer-resumed']);
  });

  it('J5 a resume raises the session, and what the old session says is refused', () => {
    const record = after(join(ada), { type: 'resume', peerId: ada });
    const old = { peerId: ada, session: 1 };
    expect(factsOf(record, { type: 'disconnect', ...old })).toBe('not-joined');
    expect(factsOf(record, { type: 'leave', reason: 'left', ...old })).toBe('not-joined');
    expect(factsOf(record, { type: 'set-stream', source: 'mic', on: true, ...old })).toBe(
      'not-joined',
    );
  });

  it('J5 a resume into a room that is gone, or by a peer who is, is a reset', () => {
    expect(factsOf(null, { type: 'resume', peerId: ada })).toBe('room-reset');
    expect(factsOf(after(join(bob)), { type: 'resume', peerId: ada })).toBe('room-reset');
  });

  it('J6 leaving by timeout takes only who is disconnected', () => {
    const timeout = { type: 'leave', reason: 'timeout', peerId: ada, session: 1 } as const;
    expect(factsOf(after(join(ada)), timeout)).toEqual([]);
    const gone = after(join(ada), { type: 'disconnect', peerId: ada, session: 1 });
    expect(factsOf(gone, timeout)).toEqual(['peer-left']);
  });

  it('M2 a placement never falls, and a room that has a home takes no other', () => {
    const record = after(join(ada), { type: 'place', placement: 7, home });
    expect(factsOf(record, { type: 'place', placement: 8, home })).toBe('stale-placement');
    const lost = apply(record, [{ type: 'media-lost', placement: 7 }]);
    expect(factsOf(lost, { type: 'place', placement: 7, home })).toBe('stale-placement');
    expect(factsOf(lost, { type: 'place', placement: 8, home })).toEqual(['room-placed']);
  });

  it('M3 a producer made under an older placement is refused', () => {
    const made = {
      type: 'produced',
      peerId: ada,
      session: 1,
      source: 'mic',
      on: true,
      producerId: newProducerId(),
    } as const;
    const record = after(join(ada), { type: 'place', placement: 7, home });
    expect(factsOf(record, { ...made, placement: 6 })).toBe('stale-placement');
    expect(factsOf(record, { ...made, placement: 7 })).toEqual(['stream-changed']);
    expect(factsOf(after(join(ada)), { ...made, placement: 7 })).toBe('stale-placement');
  });

  it('M4 losing the media clears producers and keeps what people mean to send', () => {
    const producerId = newProducerId();
    const record = after(
      join(ada),
      { type: 'place', placement: 7, home },
      { type: 'produced', source: 'mic', producerId, on: true, placement: 7, ...session1 },
      { type: 'lose-media', placement: 7 },
    );
    expect(findPeer(record, ada)?.streams.mic).toEqual({ on: true });
    expect(record?.home).toBeNull();
    expect(factsOf(record, { type: 'lose-media', placement: 7 })).toEqual([]);
  });

  it('M4 saying twice what already is makes no event', () => {
    const mute = { type: 'set-stream', source: 'mic', on: false, ...session1 } as const;
    expect(factsOf(after(join(ada)), mute)).toEqual([]);
    expect(factsOf(after(join(ada)), { type: 'close-stream', source: 'cam', ...session1 })).toEqual(
      [],
    );
  });

  it('V1 any run of commands keeps the record valid: one entry a peer, versions by one', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 60 }), (commands) => {
        let record: RoomRecord | null = null;
        for (const command of commands) {
          const decision = decide(record, command);
          if (!decision.ok || decision.facts.length === 0) continue;
          const before: number = record?.version ?? 0;
          const placement: number = record?.placement ?? 0;
          record = apply(record, decision.facts);
          expect(RoomRecord.parse(record)).toEqual(record);
          expect(record.version).toBe(before + decision.facts.length);
          expect(record.placement).toBeGreaterThanOrEqual(placement);
          const ids = record.peers.map(({ peerId }) => peerId);
          expect(new Set(ids).size).toBe(ids.length);
          expect(ids.length).toBeLessThanOrEqual(3);
          if (record.peers.length === 0) record = null;
        }
      }),
      { numRuns: 300 },
    );
  });
});

const session1 = { peerId: ada, session: 1 } as const;

const peers = Array.from({ length: 5 }, newPeerId);
const bySession = {
  peerId: fc.constantFrom(...peers),
  session: fc.integer({ min: 1, max: 3 }),
};
const source = fc.constantFrom(...STREAM_SOURCES.map((name) => StreamSource.parse(name)));
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    type: fc.constant('join' as const),
    peerId: bySession.peerId,
    displayName: fc.constant('Ada'),
    maxPeers: fc.constant(3),
  }),
  fc.record({ type: fc.constant('resume' as const), peerId: bySession.peerId }),
  fc.record({ type: fc.constant('disconnect' as const), ...bySession }),
  fc.record({
    type: fc.constant('leave' as const),
    reason: fc.constantFrom('left' as const, 'timeout' as const),
    ...bySession,
  }),
  fc.record({ type: fc.constant('set-stream' as const), source, on: fc.boolean(), ...bySession }),
  fc.record({
    type: fc.constant('produced' as const),
    source,
    on: fc.boolean(),
    producerId: fc.constant(newProducerId()),
    placement: fc.integer({ min: 1, max: 4 }),
    ...bySession,
  }),
  fc.record({ type: fc.constant('close-stream' as const), source, ...bySession }),
  fc.record({
    type: fc.constant('place' as const),
    placement: fc.integer({ min: 1, max: 4 }),
    home: fc.constant(home),
  }),
  fc.record({
    type: fc.constant('lose-media' as const),
    placement: fc.integer({ min: 1, max: 4 }),
  }),
);
