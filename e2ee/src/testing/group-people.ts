// People with group keys for tests: a group of any size, commits handed round by hand, no server.
import type { CiphersuiteImpl, ClientState } from 'ts-mls';
import { makeGroupId } from '../group-id.ts';
import { acceptCommit } from '../mls-accept.ts';
import { type MadeCommit, makeCommit, mergeMade, startGroup } from '../mls-commit.ts';
import { type OwnKeyPackage, makeKeyPackage } from '../mls-key-package.ts';
import { type Membership, pointOf, readyTag } from '../mls-membership.ts';
import { loadSuite } from '../mls-suite.ts';
import { openWelcome } from '../mls-welcome.ts';

export const suite: CiphersuiteImpl = await loadSuite();
export const PSK = new Uint8Array(32).fill(9);
export const NOW = Date.now();
export const LIMITS = { nowMs: NOW, maxBytes: 1_000_000_000 };

export type Person = { readonly peerId: string; readonly membership: Membership };
/** The first commits, the others follow. */
export type Group = readonly Person[];

export const newPackage = async (peerId: string, nowMs = NOW): Promise<OwnKeyPackage> =>
  makeKeyPackage(
    { peerId, name: `name of ${peerId}`, signatureKeys: await suite.signature.keygen() },
    nowMs,
    suite,
  );

export async function newGroup(peerId = 'p0', generation = 1): Promise<Person> {
  const own = await newPackage(peerId);
  return { peerId, membership: await startGroup(makeGroupId(generation), own, suite) };
}

export const tagOf = ({ membership }: Person): string =>
  readyTag(membership.state.keySchedule.epochAuthenticator);

export const stateOf = ({ membership }: Person): ClientState => membership.state;

export type Round = { readonly group: Group; readonly made: MadeCommit };

/** `committer` commits; all others and the newcomers follow. Throws if anybody cannot. */
export async function commitRound(
  group: Group,
  committer: Person,
  change: { readonly adds?: readonly string[]; readonly removes?: readonly string[] },
): Promise<Round> {
  const { adds = [], removes = [] } = change;
  const packages = await Promise.all(adds.map((peerId) => newPackage(peerId)));
  const additions = packages.map((own, index) => ({
    peerId: adds[index] ?? '',
    keyPackage: own.bytes,
  }));
  const wish = { adds: additions, removes };
  const made = await makeCommit(committer.membership, wish, PSK, LIMITS, suite);
  const stay: Person[] = [];
  for (const person of group) {
    if (removes.includes(person.peerId)) continue;
    if (person === committer) {
      stay.push({ ...person, membership: mergeMade(person.membership, made) });
      continue;
    }
    const accepted = await acceptCommit(person.membership, made.commit, PSK, suite);
    if (accepted.kind !== 'member') throw new Error(`${person.peerId} was removed`);
    stay.push({ ...person, membership: accepted.next });
  }
  const expected = pointOf(made.next);
  const joined = await Promise.all(
    made.welcomes.map(async ({ peerId, bytes }) => ({
      peerId,
      membership: await openWelcome(bytes, packages, PSK, expected, suite),
    })),
  );
  return { group: [...stay, ...joined], made };
}

/** A group of `size`, grown by one commit of its founder. */
export async function groupOf(size: number, prefix = 'p'): Promise<Group> {
  const founder = await newGroup(`${prefix}0`);
  const adds = Array.from({ length: size - 1 }, (_, index) => `${prefix}${index + 1}`);
  return (await commitRound([founder], founder, { adds })).group;
}

export function person(group: Group, index: number): Person {
  const found = group[index];
  if (found === undefined) throw new Error(`nobody at ${index}`);
  return found;
}
