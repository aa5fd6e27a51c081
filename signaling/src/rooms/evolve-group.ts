// What a record becomes of the facts about its group (PROTOCOL K1).
import type { PeerId } from '../protocol/index.ts';
import { type RecentCommit, type RoomGroup, samePoint, stillRecent } from './group-record.ts';
import type { Fact, RoomRecord } from './record.ts';

type GroupFact = Extract<
  Fact,
  { type: 'group-created' | 'key-package' | 'commit' | 'commit-reported' | 'commit-condemned' }
>;

const without = (record: RoomRecord, gone: (peerId: PeerId) => boolean) =>
  record.keyPackages.filter(({ peerId }) => !gone(peerId));

const created = (
  record: RoomRecord,
  { group: point, by }: Extract<Fact, { type: 'group-created' }>,
): RoomRecord => {
  const { group } = record;
  if (group !== null && samePoint(group, point)) {
    return { ...record, group: { ...group, members: [...group.members, by] } };
  }
  return {
    ...record,
    group: { ...point, members: [by], tag: null, recent: [], givenUp: false },
    keyPackages: without(record, (peerId) => peerId === by),
  };
};

const committed = (
  record: RoomRecord,
  group: RoomGroup,
  { messageId, by, tag, welcomes, atMs }: Extract<Fact, { type: 'commit' }>,
): RoomRecord => {
  const welcomed = new Set(welcomes.map(({ to }) => to));
  const keyPackages = without(record, (peerId) => welcomed.has(peerId));
  const taken: RecentCommit = {
    messageId,
    author: by,
    atMs,
    hasWelcomes: keyPackages.length < record.keyPackages.length,
    reports: [],
    condemned: false,
  };
  const members = [...new Set([...group.members, ...welcomed])];
  const recent = stillRecent([...group.recent, taken], atMs);
  return {
    ...record,
    group: { ...group, epoch: group.epoch + 1, tag, members, recent },
    keyPackages,
  };
};

const changeCommit = (
  group: RoomGroup,
  messageId: RecentCommit['messageId'],
  change: (commit: RecentCommit) => RecentCommit,
): RoomGroup => ({
  ...group,
  recent: group.recent.map((one) => (one.messageId === messageId ? change(one) : one)),
});

export const evolveGroup = (record: RoomRecord, fact: GroupFact): RoomRecord => {
  if (fact.type === 'group-created') return created(record, fact);
  if (fact.type === 'key-package') {
    const { keyPackage } = fact;
    const others = without(record, (peerId) => peerId === keyPackage.peerId);
    return { ...record, keyPackages: [...others, keyPackage] };
  }
  const { group } = record;
  // The others are facts about a group, and decided of one only.
  if (group === null) return record;
  switch (fact.type) {
    case 'commit':
      return committed(record, group, fact);
    case 'commit-reported':
      return {
        ...record,
        group: changeCommit(group, fact.messageId, (one) => ({
          ...one,
          reports: [...one.reports, fact.by],
        })),
      };
    case 'commit-condemned': {
      const condemned = changeCommit(group, fact.messageId, (one) => ({ ...one, condemned: true }));
      return { ...record, group: { ...condemned, givenUp: true } };
    }
  }
};

/** Who leaves the room is no member, asks for nothing, and judges no more. */
export const withoutPeer = (record: RoomRecord, gone: PeerId): RoomRecord => {
  const stays = (peerId: PeerId): boolean => peerId !== gone;
  const { group } = record;
  return {
    ...record,
    keyPackages: without(record, (peerId) => peerId === gone),
    group: group && {
      ...group,
      members: group.members.filter(stays),
      recent: group.recent.map((one) =>
        one.reports.includes(gone) ? { ...one, reports: one.reports.filter(stays) } : one,
      ),
    },
  };
};
