// What a compared safety code is worth later on (SPEC G38): it pins the signature keys of all who were
// in the group, so that new epochs of the same people ask for nothing, and new people are named.
import type { Member } from './mls-leaf.ts';
import type { EpochFacts } from './mls-membership.ts';

/** Null: nothing was compared. Lives in the page's memory, with the group. */
export type Comparison = {
  readonly groupId: string;
  readonly signatureKeys: ReadonlySet<string>;
} | null;

type Seen = Pick<EpochFacts, 'groupId' | 'roster'>;

export const pinRoster = ({ groupId, roster }: Seen): Comparison => ({
  groupId,
  signatureKeys: new Set(roster.map(({ signatureKey }) => signatureKey)),
});

export type Verdict =
  | { readonly state: 'not-compared' }
  | { readonly state: 'compared' }
  /** People with keys that were not there when the codes were compared. */
  | { readonly state: 'joined-since'; readonly newcomers: readonly Member[] };

export function judgeComparison(comparison: Comparison, { groupId, roster }: Seen): Verdict {
  // A new group clears all: its code has to be compared again.
  if (comparison === null || comparison.groupId !== groupId) return { state: 'not-compared' };
  const newcomers = roster.filter((member) => !comparison.signatureKeys.has(member.signatureKey));
  return newcomers.length === 0 ? { state: 'compared' } : { state: 'joined-since', newcomers };
}
