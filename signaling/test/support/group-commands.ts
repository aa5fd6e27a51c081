// People's commands about a group's keys and the record that they make, without a server.
import type { GroupPoint, PeerId } from '../../src/protocol/index.ts';
import { newPeerId } from '../../src/random.ts';
import type { Command } from '../../src/rooms/decide.ts';
import { findPeer, type RoomRecord } from '../../src/rooms/record.ts';
import { after, join, step } from './decisions.ts';
import { anyCommit, anyKeyPackage, anyMessageId, anyPoint, anyTag } from './group-samples.ts';

export const [ada, bob, carol, dan] = [newPeerId(), newPeerId(), newPeerId(), newPeerId()];
export const NOW = 1_000_000;

export const as = (record: RoomRecord, peerId: PeerId) => ({
  peerId,
  session: findPeer(record, peerId)?.session ?? 0,
});

/** Everybody's commands, with the session that they have in this record. */
export const by = (record: RoomRecord, peerId: PeerId) => {
  const who = as(record, peerId);
  return {
    creates: (
      group: GroupPoint,
      prev: GroupPoint | null = null,
      tag: string = anyTag(),
    ): Command => ({
      type: 'create-group',
      group,
      prev,
      tag,
      ...who,
    }),
    asks: (keyPackage = anyKeyPackage()): Command => ({
      type: 'key-package',
      ...keyPackage,
      ...who,
    }),
    commits: (
      welcomed: readonly PeerId[] = [],
      atMs = NOW,
      group = pointOf(record),
      tag: string = anyTag(),
    ): Command => ({
      type: 'commit',
      ...anyCommit(group, welcomed, tag),
      atMs,
      ...who,
    }),
    reports: (messageId = anyMessageId()): Command => ({ type: 'bad-commit', messageId, ...who }),
    leaves: (): Command => ({ type: 'leave', reason: 'left', ...who }),
    disconnects: (): Command => ({ type: 'disconnect', ...who }),
  };
};

export const pointOf = ({ group }: RoomRecord): GroupPoint => {
  if (group === null) throw new Error('no group');
  return { groupId: group.groupId, epoch: group.epoch };
};

export const first = anyPoint(1);
export const firstTag = anyTag();
export const members = (record: RoomRecord) => record.group?.members;
export const asking = (record: RoomRecord) => record.keyPackages.map(({ peerId }) => peerId);

/** Ada's group, into which she welcomed all the others. */
export const meeting = (...others: PeerId[]): RoomRecord => {
  const room = after(...[ada, ...others].map((peerId) => join(peerId)));
  if (room === null) throw new Error('no room');
  const made = step(room, by(room, ada).creates(first, null, firstTag));
  if (others.length === 0) return made;
  const all = others.reduce((record, other) => step(record, by(record, other).asks()), made);
  return step(all, by(all, ada).commits(others));
};

export const outside = (record: RoomRecord, peerId: PeerId): RoomRecord =>
  step(record, join(peerId));

/** Ada's commit among these, and its name. */
export const committed = (...others: PeerId[]) => {
  const before = meeting(...others);
  const command = by(before, ada).commits();
  if (command.type !== 'commit') throw new Error('a commit');
  return { room: step(before, command), messageId: command.messageId };
};
