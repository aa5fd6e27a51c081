// What a compared safety code is worth later on (SPEC G38): it pins everybody who was in the group, so that new epochs of the same people ask for nothing, and new people are named.
import type { Member } from './mls-leaf.ts';
import type { EpochFacts } from './mls-membership.ts';

/** Null: nothing was compared. Lives in the page's memory, with the group. */
export type Comparison = {
  readonly groupId: string;
  /** As `personOf` has them. */
  readonly people: ReadonlySet<string>;
} | null;

type Seen = Pick<EpochFacts, 'groupId' | 'roster'>;

/**
 * Who somebody is, is a signature key and the name that it signed. A peer id is the server's word and
 * a name anybody's, so whoever shows either with another key is somebody else, a reloaded page too; and
 * so is a known key under another name.
 */
export const personOf = ({ signatureKey, name }: Member): string => `${signatureKey} ${name}`;

export const pinRoster = ({ groupId, roster }: Seen): Comparison => ({
  groupId,
  people: new Set(roster.map((member) => personOf(member))),
});

export type Verdict =
  | { readonly state: 'not-compared' }
  | { readonly state: 'compared' }
  /** People who were not there when the codes were compared. */
  | { readonly state: 'joined-since'; readonly newcomers: readonly Member[] };

export function judgeComparison(comparison: Comparison, { groupId, roster }: Seen): Verdict {
  // A new group clears all: its code has to be compared again.
  if (comparison === null || comparison.groupId !== groupId) return { state: 'not-compared' };
  const newcomers = roster.filter((member) => !comparison.people.has(personOf(member)));
  return newcomers.length === 0 ? { state: 'compared' } : { state: 'joined-since', newcomers };
}
