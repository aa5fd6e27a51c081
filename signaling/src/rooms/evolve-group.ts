// What a record becomes of the facts about its group (PROTOCOL K1).
import type { PeerId } from '../protocol/index.ts';
import {
  RECENT_MOST,
  type RecentCommit,
  type RoomGroup,
  samePoint,
  stillRecent,
} from './group-record.ts';
import type { Fact, RoomRecord } from './record.ts';

type GroupFact = Extract<
  Fact,
  { type: 'group-created' | 'key-package' | 'commit' | 'commit-reported' | 'commit-condemned' }
>;

const without = (record: RoomRecord, gone: (peerId: PeerId) => boolean) =>
  record.keyPackages.filter(({ peerId }) => !gone(peerId));

const created = (
  record: RoomRecord,
  { group: point, by, tagHash }: Extract<Fact, { type: 'group-created' }>,
): RoomRecord => {
  const { group } = record;
  if (group !== null && samePoint(group, point)) {
    return { ...record, group: { ...group, members: [...group.members, by] } };
  }
  return {
    ...record,
    group: { ...point, members: [by], tagHash, recent: [], givenUp: false, condemned: [] },
    keyPackages: without(record, (peerId) => peerId === by),
  };
};

const committed = (
  record: RoomRecord,
  group: RoomGroup,
  { messageId, by, tagHash, welcomes, atMs }: Extract<Fact, { type: 'commit' }>,
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
    group: { ...group, epoch: group.epoch + 1, tagHash, members, recent },
    keyPackages,
  };
};

/** Who is no member judges no more. */
const withoutMember = (group: RoomGroup, gone: PeerId): RoomGroup => {
  const stays = (peerId: PeerId): boolean => peerId !== gone;
  return {
    ...group,
    members: group.members.filter(stays),
    recent: group.recent.map((one) =>
      one.reports.includes(gone) ? { ...one, reports: one.reports.filter(stays) } : one,
    ),
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

const condemn = (
  group: RoomGroup,
  { messageId, author }: Extract<Fact, { type: 'commit-condemned' }>,
): RoomGroup => {
  const judged = changeCommit(group, messageId, (one) => ({ ...one, condemned: true }));
  const others = group.condemned.filter((peerId) => peerId !== author);
  return {
    ...withoutMember(judged, author),
    givenUp: true,
    condemned: [...others, author].slice(-RECENT_MOST),
  };
};

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
    case 'commit-condemned':
      return { ...record, group: condemn(group, fact) };
  }
};

/** Who leaves the room is no member and asks for nothing. */
export const withoutPeer = (record: RoomRecord, gone: PeerId): RoomRecord => ({
  ...record,
  keyPackages: without(record, (peerId) => peerId === gone),
  group: record.group && withoutMember(record.group, gone),
});
