// Any run of commands, sensible or not, leaves a record that is valid, bounded and true to itself.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyMove, MAX_PEERS, peers } from '../../test/support/any-command.ts';
import { apply } from '../../test/support/decisions.ts';
import { holdsMode } from '../../test/support/mode-invariants.ts';
import { holdsPlaces } from '../../test/support/placement-invariants.ts';
import { type Command, decide } from './decide.ts';
import { COMMITS_PER_MINUTE, EPOCHS_MOST, EPOCHS_WINDOW_MS } from './decide-group.ts';
import { RECENT_MOST } from './group-record.ts';
import { RoomRecord } from './record.ts';

const isUnique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

const holds = (record: RoomRecord): void => {
  expect(RoomRecord.parse(record)).toEqual(record);
  const ids = record.peers.map((peer) => peer.peerId);
  expect(isUnique(ids)).toBe(true);
  expect(ids.length).toBeLessThanOrEqual(MAX_PEERS);
  const asking = record.keyPackages.map((keyPackage) => keyPackage.peerId);
  expect(isUnique(asking)).toBe(true);
  expect(ids).toEqual(expect.arrayContaining(asking));
  const { group } = record;
  if (group === null) return;
  expect(isUnique(group.members)).toBe(true);
  expect(ids).toEqual(expect.arrayContaining([...group.members]));
  expect(group.recent.length).toBeLessThanOrEqual(RECENT_MOST);
  expect(isUnique(group.recent.map((one) => one.messageId))).toBe(true);
  expect(isUnique(group.condemned)).toBe(true);
  expect(group.condemned.length).toBeLessThanOrEqual(RECENT_MOST);
  for (const { author, reports } of group.recent) {
    expect(isUnique(reports)).toBe(true);
    expect(reports).not.toContain(author);
    expect(group.members).toEqual(expect.arrayContaining([...reports]));
  }
};

const keepsRates = ({ group }: RoomRecord, nowMs: number): void => {
  const recent = group?.recent ?? [];
  const epochs = recent.filter(({ atMs }) => nowMs - atMs < EPOCHS_WINDOW_MS);
  expect(epochs.length).toBeLessThanOrEqual(EPOCHS_MOST);
  for (const author of peers) {
    const own = recent.filter(
      (one) => one.author === author && !one.hasWelcomes && nowMs - one.atMs < 60_000,
    );
    expect(own.length).toBeLessThanOrEqual(COMMITS_PER_MINUTE);
  }
};

/** Nobody hears of a producer that was made under another placement than the record's. */
const namesItsOwn = (record: RoomRecord, placements: ReadonlyMap<string, number>): void => {
  for (const { producerId } of record.peers.flatMap(({ streams }) => Object.values(streams))) {
    if (producerId !== undefined) expect(placements.get(producerId)).toBe(record.placement);
  }
};

const follows = (former: RoomRecord | null, record: RoomRecord, command: Command): void => {
  expect(record.placement).toBeGreaterThanOrEqual(former?.placement ?? 0);
  const [before, now] = [former?.group ?? null, record.group];
  if (before === null || now === null || command.type === 'create-group') return;
  expect(now.groupId).toBe(before.groupId);
  expect(now.epoch).toBe(before.epoch + (command.type === 'commit' ? 1 : 0));
};

it('V1 C1 K1 K8 M17 any run of commands keeps the record valid: one entry a peer, versions and epochs by one', () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyMove, fc.integer({ min: 0, max: 4_000 })), {
        maxLength: 100,
        size: 'max',
      }),
      (moves) => {
        let record: RoomRecord | null = null;
        let nowMs = 1_000_000;
        const placements = new Map<string, number>();
        for (const [made, passedMs] of moves) {
          nowMs += passedMs;
          const command: Command = made(record, nowMs);
          const decision = decide(record, command);
          if (!decision.ok || decision.facts.length === 0) continue;
          if (command.type === 'produced') placements.set(command.producerId, command.placement);
          const former: RoomRecord | null = record;
          record = apply(former, decision.facts);
          for (const { type } of decision.facts) reached.add(type);
          expect(record.version).toBe((former?.version ?? 0) + decision.facts.length);
          holds(record);
          if (record.peers.length > 0) {
            holdsMode(record);
            holdsPlaces(record);
          }
          namesItsOwn(record, placements);
          keepsRates(record, nowMs);
          follows(former, record, command);
          if (record.peers.length === 0) record = null;
        }
      },
    ),
    { numRuns: 400 },
  );
  // The runs are worth something only if they come to all of it.
  const groups = ['group-created', 'key-package', 'commit', 'commit-reported'];
  const moves = ['room-placed', 'peer-arrived', 'media-lost'];
  expect([...reached]).toEqual(expect.arrayContaining([...groups, ...moves]));
});
