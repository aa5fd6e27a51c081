// What a new epoch means to the people in the room: the one line that the shield says of it.
import type { GroupEpoch } from './key-worker-messages.ts';
import type { Member } from './mls-leaf.ts';

/**
 * `created`: another group, or the first. `rejoined`: the same people, of whom some came in again.
 * `refreshed`: new keys, the same people.
 */
export type GroupChange = {
  readonly kind: 'created' | 'joined' | 'left' | 'rejoined' | 'refreshed';
  readonly names: readonly string[];
};

type Seen = Pick<GroupEpoch, 'groupId' | 'roster'>;

/**
 * Who somebody is, is a signature key and the name that it signed. A peer id is the server's word and
 * a name anybody's, so whoever shows either with another key has joined, a reloaded page too; and so
 * has a known key under another name.
 */
const personOf = ({ signatureKey, name }: Member): string => `${signatureKey} ${name}`;

const namesOf = (members: readonly Member[]): readonly string[] => members.map(({ name }) => name);

/** Where one commit does several things, the one that matters most: who joined before who left. */
export function describeChange(before: Seen | null, after: Seen): GroupChange {
  if (before?.groupId !== after.groupId) return { kind: 'created', names: [] };
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
