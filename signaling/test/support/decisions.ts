// Commands run against the record without a store: decide, then evolve.
import { expect } from 'vitest';
import type { PeerId } from '../../src/protocol/index.ts';
import { newHead, newIncarnation, newNodeName } from '../../src/random.ts';
import { type Command, decide } from '../../src/rooms/decide.ts';
import { emptyRecord, evolve } from '../../src/rooms/evolve.ts';
import { type Fact, RoomEvent, type RoomRecord } from '../../src/rooms/record.ts';

/** The process that holds everybody's socket. */
export const NODE = newNodeName();

export const join = (
  peerId: PeerId,
  maxPeers = 10,
  rest: Partial<Pick<Extract<Command, { type: 'join' }>, 'direct' | 'callMode'>> = {},
): Command => ({
  type: 'join',
  peerId,
  maxPeers,
  direct: true,
  callMode: 'auto',
  node: NODE,
  ...rest,
});

export const apply = (record: RoomRecord | null, facts: readonly Fact[]): RoomRecord =>
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
export const after = (...commands: Command[]): RoomRecord | null =>
  commands.reduce<RoomRecord | null>((record, command) => {
    const decision = decide(record, command);
    if (!decision.ok) throw new Error(`${command.type}: ${decision.code}`);
    return apply(record, decision.facts);
  }, null);

/** As `after`, of commands that leave somebody in the room. */
export const roomOf = (...commands: Command[]): RoomRecord => {
  const record = after(...commands);
  if (record === null) throw new Error('no room');
  return record;
};

export const factsOf = (record: RoomRecord | null, command: Command) => {
  const decision = decide(record, command);
  return decision.ok ? decision.facts.map(({ type }) => type) : decision.code;
};

/** What the command makes of the record; a refusal fails the test. */
export const step = (record: RoomRecord, command: Command): RoomRecord => {
  const decision = decide(record, command);
  if (!decision.ok) throw new Error(`${command.type}: ${decision.code}`);
  return apply(record, decision.facts);
};
