// Any run of commands, sensible or not, leaves a record that is valid, bounded and true to itself.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { apply, NODE } from '../../test/support/decisions.ts';
import { anyGroupId, anyMessageId, anyTag, hashOf } from '../../test/support/group-samples.ts';
import { holdsMode } from '../../test/support/mode-invariants.ts';
import { type GroupPoint, StreamSource, STREAM_SOURCES } from '../protocol/index.ts';
import { newPeerId, newProducerId } from '../random.ts';
import { type Command, decide } from './decide.ts';
import { COMMITS_PER_MINUTE, EPOCHS_MOST, EPOCHS_WINDOW_MS } from './decide-group.ts';
import { RECENT_MOST } from './group-record.ts';
import { findPeer, RoomRecord } from './record.ts';

/** Most refer to the record as it is then: a session, a group, a commit that was taken. */
type Move = (record: RoomRecord | null, nowMs: number) => Command;

const MAX_PEERS = 3;
const home = { nodeId: 'local', worker: 0 };
const peers = Array.from({ length: 5 }, newPeerId);
const messageIds = Array.from({ length: 12 }, anyMessageId);
const points: readonly GroupPoint[] = [1, 2, 3].flatMap((generation) => {
  const ids = [anyGroupId(generation), anyGroupId(generation)];
  return ids.flatMap((groupId) => [0, 1, 2].map((epoch) => ({ groupId, epoch })));
});

const peerId = fc.constantFrom(...peers);
const messageId = fc.constantFrom(...messageIds);
const tag = fc.constantFrom(anyTag(), anyTag());
const envelope = fc.constantFrom('AAAA', 'BBBB');
const placement = fc.integer({ min: 1, max: 4 });
const source = fc.constantFrom(...STREAM_SOURCES.map((name) => StreamSource.parse(name)));

/** The record's point, or another. */
const point = fc.tuple(fc.constantFrom(...points), fc.boolean(), fc.boolean()).map(
  ([other, isCurrent, isNull]) =>
    (record: RoomRecord | null): GroupPoint | null =>
      isCurrent && record !== null && record.group !== null
        ? pointOf(record.group)
        : isNull
          ? null
          : other,
);

const pointOf = ({ groupId, epoch }: GroupPoint): GroupPoint => ({ groupId, epoch });

const said = <T extends Record<string, unknown>>(command: {
  [K in keyof T]: fc.Arbitrary<T[K]>;
}): fc.Arbitrary<(record: RoomRecord | null) => T & { session: number; peerId: PeerIdOf }> =>
  fc
    .tuple(fc.record(command), peerId, fc.integer({ min: 0, max: 9 }))
    .map(([rest, by, wrong]) => (record) => ({
      ...rest,
      peerId: by,
      // Now and then of a session that is over.
      session: wrong === 0 ? 1 : (findPeer(record, by)?.session ?? 1),
    }));

type PeerIdOf = (typeof peers)[number];

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: peerId.map((by) => () => joinOf(by)) },
  peerId.map((by) => () => ({ type: 'resume' as const, peerId: by, node: NODE })),
  said({ type: fc.constant('disconnect' as const) }),
  said({
    type: fc.constant('leave' as const),
    reason: fc.constantFrom('left' as const, 'timeout' as const),
  }),
  said({ type: fc.constant('set-stream' as const), source, on: fc.boolean() }),
  said({
    type: fc.constant('produced' as const),
    source,
    on: fc.boolean(),
    producerId: fc.constant(newProducerId()),
    placement,
  }),
  said({ type: fc.constant('close-stream' as const), source }),
  said({ type: fc.constant('set-direct' as const), direct: fc.boolean() }),
  said({
    type: fc.constant('peer-to-peer' as const),
    outcome: fc.constantFrom('slow' as const, 'arrived' as const, 'failed' as const),
    with: peerId,
  }),
  fc.constant(() => ({ type: 'go-direct' as const })),
  placement.map((next) => () => ({ type: 'place' as const, placement: next, home })),
  placement.map((next) => () => ({ type: 'lose-media' as const, placement: next })),
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        said({ type: fc.constant('create-group' as const), tag }),
        fc.constantFrom(...points),
        point,
      )
      .map(([by, group, prev]) => (record: RoomRecord | null) => ({
        ...by(record),
        group,
        prev: prev(record),
      })),
  },
  {
    weight: 3,
    arbitrary: said({ type: fc.constant('key-package' as const), messageId, envelope }),
  },
  {
    weight: 12,
    arbitrary: fc
      .tuple(
        said({
          type: fc.constant('commit' as const),
          messageId,
          envelope,
          tagHash: tag.map(hashOf),
          welcomes: fc.array(fc.record({ to: peerId, envelope }), { maxLength: 2 }),
        }),
        point,
        fc.constantFrom(...points),
      )
      .map(([by, group, other]) => (record: RoomRecord | null, atMs: number) => ({
        ...by(record),
        group: group(record) ?? other,
        atMs,
      })),
  },
  { weight: 6, arbitrary: said({ type: fc.constant('bad-commit' as const), messageId }) },
);

const joinOf = (by: PeerIdOf): Command => ({
  type: 'join',
  peerId: by,
  maxPeers: MAX_PEERS,
  node: NODE,
  direct: true,
  callMode: 'auto',
});

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

const follows = (former: RoomRecord | null, record: RoomRecord, command: Command): void => {
  expect(record.placement).toBeGreaterThanOrEqual(former?.placement ?? 0);
  const [before, now] = [former?.group ?? null, record.group];
  if (before === null || now === null || command.type === 'create-group') return;
  expect(now.groupId).toBe(before.groupId);
  expect(now.epoch).toBe(before.epoch + (command.type === 'commit' ? 1 : 0));
};

it('V1 C1 K1 K8 any run of commands keeps the record valid: one entry a peer, versions and epochs by one', () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(fc.tuple(move, fc.integer({ min: 0, max: 4_000 })), { maxLength: 100, size: 'max' }),
      (moves) => {
        let record: RoomRecord | null = null;
        let nowMs = 1_000_000;
        for (const [made, passedMs] of moves) {
          nowMs += passedMs;
          const command: Command = made(record, nowMs);
          const decision = decide(record, command);
          if (!decision.ok || decision.facts.length === 0) continue;
          const former: RoomRecord | null = record;
          record = apply(former, decision.facts);
          for (const { type } of decision.facts) reached.add(type);
          expect(record.version).toBe((former?.version ?? 0) + decision.facts.length);
          holds(record);
          if (record.peers.length > 0) holdsMode(record);
          keepsRates(record, nowMs);
          follows(former, record, command);
          if (record.peers.length === 0) record = null;
        }
      },
    ),
    { numRuns: 400 },
  );
  // The runs are worth something only if they come to all of it.
  expect([...reached]).toEqual(
    expect.arrayContaining(['group-created', 'key-package', 'commit', 'commit-reported']),
  );
});
