// The ordering of a group's keys (PROTOCOL K2–K5): who may make a group, which of several commits is
// the next, and when a group is given up. Pure, and blind: envelopes are never looked into.
import type {
  EpochTag,
  GroupPoint,
  KeyPackage,
  MessageId,
  PeerId,
  TagHash,
  Welcome,
} from '../protocol/index.ts';
import { type BySession, type Decision, facts, NOTHING, refuse } from './decision.ts';
import {
  COMMIT_MINUTE_MS,
  connectedMembers,
  generationOf,
  insiders,
  isWithin,
  type RecentCommit,
  type RoomGroup,
  samePoint,
  tagHashOf,
} from './group-record.ts';
import type { RoomRecord } from './record.ts';

export type GroupCommand =
  | ({
      readonly type: 'create-group';
      readonly group: GroupPoint;
      readonly prev: GroupPoint | null;
      /** Of the epoch of `group`. */
      readonly tag: EpochTag;
    } & BySession)
  | ({ readonly type: 'key-package' } & Omit<KeyPackage, 'peerId'> & BySession)
  | ({
      readonly type: 'commit';
      readonly messageId: MessageId;
      readonly group: GroupPoint;
      readonly tagHash: TagHash;
      readonly envelope: string;
      readonly welcomes: readonly Welcome[];
      /** By the clock of the node that was asked. */
      readonly atMs: number;
    } & BySession)
  | ({ readonly type: 'bad-commit'; readonly messageId: MessageId } & BySession);

/** Commits of one member that let nobody in. More: one member keeps all others busy with new keys. */
export const COMMITS_PER_MINUTE = 6;

/** Epochs of a room. More: small machines cannot follow, and old keys go before late frames come. */
export const EPOCHS_MOST = 12;
export const EPOCHS_WINDOW_MS = 10_000;

/** Where a group may stand when it is first named; no meeting reaches either in its life. */
const HIGHEST_NAMED_GENERATION = 2 ** 31;
const HIGHEST_NAMED_EPOCH = 2 ** 32;

const isBelievable = ({ groupId, epoch }: GroupPoint): boolean =>
  generationOf(groupId) <= HIGHEST_NAMED_GENERATION && epoch <= HIGHEST_NAMED_EPOCH;

const mayReplace = (record: RoomRecord, group: RoomGroup, peerId: PeerId): boolean =>
  insiders(record).every((inside) => inside === peerId) ||
  (group.givenUp && group.members.includes(peerId));

type CreateGroup = Extract<GroupCommand, { type: 'create-group' }>;

const createdBy = ({ peerId, group, tag }: CreateGroup): Decision =>
  facts({ type: 'group-created', group, by: peerId, tagHash: tagHashOf(tag) });

/**
 * Naming the group where it stands. Only who has its keys knows the tag: whoever has no more than a join
 * token would else be a member, and could commit, condemn, and keep everybody waiting.
 */
const nameAgain = (group: RoomGroup, command: CreateGroup): Decision => {
  if (tagHashOf(command.tag) !== group.tagHash) return refuse('forbidden');
  if (group.members.includes(command.peerId)) return NOTHING;
  return group.condemned.includes(command.peerId) ? refuse('forbidden') : createdBy(command);
};

const createGroup = (record: RoomRecord, command: CreateGroup): Decision => {
  const { peerId, group: next, prev } = command;
  const { group } = record;
  if (group === null) {
    if (prev !== null) return refuse('stale-epoch');
    return isBelievable(next) ? createdBy(command) : refuse('bad-request');
  }
  if (samePoint(next, group)) return nameAgain(group, command);
  if (prev === null || !samePoint(prev, group)) return refuse('stale-epoch');
  const isNext = generationOf(next.groupId) === generationOf(prev.groupId) + 1 && next.epoch === 0;
  if (!isNext) return refuse('stale-epoch');
  return mayReplace(record, group, peerId) ? createdBy(command) : refuse('forbidden');
};

const keyPackage = (
  record: RoomRecord,
  { peerId, messageId, envelope }: Extract<GroupCommand, { type: 'key-package' }>,
): Decision => {
  const former = record.keyPackages.find((one) => one.peerId === peerId);
  if (former?.messageId === messageId) return NOTHING;
  return facts({ type: 'key-package', keyPackage: { peerId, messageId, envelope } });
};

const isAboveRates = (
  recent: readonly RecentCommit[],
  author: PeerId,
  hasWelcomes: boolean,
  nowMs: number,
): boolean => {
  const epochs = recent.filter(({ atMs }) => isWithin(atMs, nowMs, EPOCHS_WINDOW_MS));
  if (epochs.length >= EPOCHS_MOST) return true;
  if (hasWelcomes) return false;
  const own = recent.filter(
    (one) =>
      one.author === author && !one.hasWelcomes && isWithin(one.atMs, nowMs, COMMIT_MINUTE_MS),
  );
  return own.length >= COMMITS_PER_MINUTE;
};

const commit = (
  record: RoomRecord,
  command: Extract<GroupCommand, { type: 'commit' }>,
): Decision => {
  const { peerId, messageId, group: ends, tagHash, envelope, welcomes, atMs } = command;
  const { group } = record;
  const taken = group?.recent.find((one) => one.messageId === messageId);
  if (taken !== undefined) return taken.author === peerId ? NOTHING : refuse('stale-epoch');
  if (group === null || !samePoint(ends, group)) return refuse('stale-epoch');
  if (!group.members.includes(peerId)) return refuse('forbidden');
  const recipients = new Set(welcomes.map(({ to }) => to));
  if (recipients.size < welcomes.length) return refuse('bad-request');
  const hasWelcomes = record.keyPackages.some((asking) => recipients.has(asking.peerId));
  if (isAboveRates(group.recent, peerId, hasWelcomes, atMs)) return refuse('rate-limited');
  const present = new Set(record.peers.map((peer) => peer.peerId));
  // Who has left since can never fetch its welcome, and would be a member that nobody sees.
  const kept = welcomes.filter(({ to }) => present.has(to));
  return facts({
    type: 'commit',
    messageId,
    by: peerId,
    group: ends,
    tagHash,
    envelope,
    welcomes: kept,
    atMs,
  });
};

const badCommit = (
  record: RoomRecord,
  { peerId, messageId }: Extract<GroupCommand, { type: 'bad-commit' }>,
): Decision => {
  const { group } = record;
  if (group === null || !group.members.includes(peerId)) return refuse('forbidden');
  const bad = group.recent.find((one) => one.messageId === messageId);
  if (bad === undefined) return refuse('not-found');
  if (bad.author === peerId || bad.reports.includes(peerId)) return NOTHING;
  const reported = { type: 'commit-reported', messageId, by: peerId } as const;
  const saying = new Set([...bad.reports, peerId]);
  const judges = connectedMembers(record).filter((member) => member !== bad.author);
  const count = judges.filter((member) => saying.has(member)).length;
  if (bad.condemned || count * 2 <= judges.length) return facts(reported);
  return facts(reported, { type: 'commit-condemned', messageId, author: bad.author });
};

/** The caller has checked that the session is that of a peer in the room. */
export const decideGroup = (record: RoomRecord, command: GroupCommand): Decision => {
  switch (command.type) {
    case 'create-group':
      return createGroup(record, command);
    case 'key-package':
      return keyPackage(record, command);
    case 'commit':
      return commit(record, command);
    case 'bad-commit':
      return badCommit(record, command);
  }
};
