// What a new epoch means to the people in the room: the one line that the shield says of it.
import { personOf } from './comparison.ts';
import { generationOf } from './group-id.ts';
import type { GroupEpoch } from './key-worker-messages.ts';
import type { Member } from './mls-leaf.ts';

/**
 * `created`: a group that one made, or one in place of that which one was in. `rejoined`: the same people, of whom some came in again.
 * `refreshed`: new keys, the same people.
 */
export type GroupChange = {
  readonly kind: 'created' | 'joined' | 'left' | 'rejoined' | 'refreshed';
  readonly names: readonly string[];
};

type Seen = Pick<GroupEpoch, 'groupId' | 'leaf' | 'roster'>;

const namesOf = (members: readonly Member[]): readonly string[] => members.map(({ name }) => name);

/** The first epoch that one has of a group: with others in it, somebody let one in. */
function describeGroup(before: Seen | null, after: Seen): GroupChange {
  const isMade = after.roster.length === 1;
  const isNext = before !== null && generationOf(after.groupId) > generationOf(before.groupId);
  if (isMade || isNext) return { kind: 'created', names: [] };
  return { kind: 'joined', names: namesOf(after.roster.filter(({ leaf }) => leaf === after.leaf)) };
}

/** Where one commit does several things, the one that matters most: who joined before who left. */
export function describeChange(before: Seen | null, after: Seen): GroupChange {
  if (before?.groupId !== after.groupId) return describeGroup(before, after);
  const leaves = new Map(before.roster.map((member) => [personOf(member), member.leaf]));
  const joined = after.roster.filter((member) => !leaves.has(personOf(member)));
  if (joined.length > 0) return { kind: 'joined', names: namesOf(joined) };
  const here = new Set(after.roster.map((member) => personOf(member)));
  const left = before.roster.filter((member) => !here.has(personOf(member)));
  if (left.length > 0) return { kind: 'left', names: namesOf(left) };
  const moved = after.roster.filter((member) => leaves.get(personOf(member)) !== member.leaf);
  return moved.length > 0
    ? { kind: 'rejoined', names: namesOf(moved) }
    : { kind: 'refreshed', names: [] };
}
