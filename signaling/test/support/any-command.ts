// Commands at random, sensible or not: what a fuzz test of the record is fed with.
import fc from 'fast-check';
import { type GroupPoint, StreamSource, STREAM_SOURCES } from '../../src/protocol/index.ts';
import { newPeerId, newProducerId } from '../../src/random.ts';
import type { Command } from '../../src/rooms/decide.ts';
import type { CallModePolicy } from '../../src/rooms/mode-rules.ts';
import { findPeer, type RoomRecord } from '../../src/rooms/record.ts';
import { NODE } from './decisions.ts';
import { anyGroupId, anyMessageId, anyTag, hashOf } from './group-samples.ts';

/** Most refer to the record as it is then: a session, a group, a commit that was taken. */
export type Move = (record: RoomRecord | null, nowMs: number) => Command;

export const MAX_PEERS = 3;
const homes = [0, 1].map((worker) => ({ nodeId: 'local', worker }));
export const peers = Array.from({ length: 5 }, newPeerId);
const messageIds = Array.from({ length: 12 }, anyMessageId);
const points: readonly GroupPoint[] = [1, 2, 3].flatMap((generation) => {
  const ids = [anyGroupId(generation), anyGroupId(generation)];
  return ids.flatMap((groupId) => [0, 1, 2].map((epoch) => ({ groupId, epoch })));
});

const peerId = fc.constantFrom(...peers);
const messageId = fc.constantFrom(...messageIds);
const tag = fc.constantFrom(anyTag(), anyTag());
const envelope = fc.constantFrom('AAAA', 'BBBB');
const home = fc.constantFrom(...homes);

/** The record's placement, the one that is being left, or one a little newer or older. */
const placement = fc
  .tuple(fc.constantFrom('now', 'now', 'leaving', 'other'), fc.integer({ min: -1, max: 2 }))
  .map(([which, by]) => (record: RoomRecord | null): number => {
    const now = record?.placement ?? 0;
    if (which === 'now') return Math.max(1, now);
    return Math.max(1, which === 'leaving' ? (record?.leaving?.placement ?? now) : now + by);
  });

/** A move that is decided late is from a placement before. */
const lateness = fc.constantFrom(0, 0, 0, 1);
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

/** What places a room, moves it, ends it there, and arrives. */
export const anyPlacing: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 2 }), home)
      .map(([by, to]) => (record: RoomRecord | null) => ({
        type: 'place' as const,
        placement: Math.max(1, (record?.placement ?? 0) + by),
        home: to,
      })),
  },
  placement.map((at) => (record: RoomRecord | null) => ({
    type: 'lose-media' as const,
    placement: at(record),
  })),
  {
    weight: 2,
    arbitrary: fc
      .tuple(lateness, fc.nat(2), home)
      .map(([late, by, to]) => (record: RoomRecord | null) => {
        const from = Math.max(0, (record?.placement ?? 0) - late);
        return { type: 'move' as const, from, placement: from + by, home: to };
      }),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.nat(MAX_PEERS - 1), peerId, placement)
      .map(([index, other, at]) => (record: RoomRecord | null) => {
        // Of those who are awaited, if there are any.
        const by = record?.leaving?.awaited[index] ?? other;
        const session = findPeer(record, by)?.session ?? 1;
        return { type: 'arrived' as const, peerId: by, session, placement: at(record) };
      }),
  },
);

/** Two people in a room that has just begun to move. */
export const MOVING: readonly Move[] = [
  ...peers.slice(0, 2).map(
    (by): Move =>
      () =>
        joinOf(by, 'sfu-only'),
  ),
  ...homes.slice(0, 1).map((to): Move => () => ({ type: 'place', placement: 1, home: to })),
  ...homes.slice(1).map((to): Move => () => ({ type: 'move', from: 1, placement: 2, home: to })),
];

export const anyMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(peerId, fc.constantFrom('auto' as const, 'auto' as const, 'sfu-only' as const))
      .map(
        ([by, callMode]) =>
          () =>
            joinOf(by, callMode),
      ),
  },
  peerId.map((by) => () => ({ type: 'resume' as const, peerId: by, node: NODE })),
  said({ type: fc.constant('disconnect' as const) }),
  said({
    type: fc.constant('leave' as const),
    reason: fc.constantFrom('left' as const, 'timeout' as const),
  }),
  said({ type: fc.constant('set-stream' as const), source, on: fc.boolean() }),
  fc
    .tuple(
      said({
        type: fc.constant('produced' as const),
        source,
        on: fc.boolean(),
        producerId: fc.constant(newProducerId()),
      }),
      placement,
    )
    .map(([by, at]) => (record: RoomRecord | null) => ({ ...by(record), placement: at(record) })),
  said({ type: fc.constant('close-stream' as const), source }),
  said({ type: fc.constant('set-direct' as const), direct: fc.boolean() }),
  said({
    type: fc.constant('peer-to-peer' as const),
    outcome: fc.constantFrom('slow' as const, 'arrived' as const, 'failed' as const),
    with: peerId,
  }),
  fc.constant(() => ({ type: 'go-direct' as const })),
  { weight: 5, arbitrary: anyPlacing },
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
  {
    weight: 6,
    arbitrary: fc
      .tuple(said({ type: fc.constant('bad-commit' as const) }), messageId, fc.nat(2))
      .map(([by, other, index]) => (record: RoomRecord | null) => ({
        ...by(record),
        // Of a commit that is remembered, if there is one.
        messageId: record?.group?.recent[index]?.messageId ?? other,
      })),
  },
);

const joinOf = (by: PeerIdOf, callMode: CallModePolicy): Command => ({
  type: 'join',
  peerId: by,
  maxPeers: MAX_PEERS,
  node: NODE,
  direct: true,
  callMode,
});
