// What is kept of a group and what is not: keys of nodes that are gone, secrets of ended epochs.
import { expect, test } from 'vitest';
import { directPath, leafToNodeIndex, toLeafIndex } from 'ts-mls/treemath.js';
import { wipeEnded } from './mls-membership.ts';
import { commitRound, groupOf, person, stateOf } from './testing/group-people.ts';

test('G22 a member keeps private keys of its own leaf and of nodes above it, of no others', async () => {
  const eight = await groupOf(8);
  const some = await commitRound(eight, person(eight, 7), { removes: ['p1', 'p2'] });
  const rest = await commitRound(some.group, person(some.group, 1), { removes: ['p7'] });
  for (const member of rest.group) {
    const { privatePath, ratchetTree } = stateOf(member);
    const own = leafToNodeIndex(toLeafIndex(privatePath.leafIndex));
    const above: readonly number[] = [own, ...directPath(own, (ratchetTree.length + 1) / 2)];
    for (const index of Object.keys(privatePath.privateKeys).map(Number)) {
      expect(above).toContain(index);
      expect(ratchetTree[index]).toBeDefined();
    }
  }
});

test('G22 an ended epoch’s secrets are overwritten; the next one’s and the late messages’ are not', async () => {
  const group = await groupOf(3);
  const ended = person(group, 1).membership;
  const round = await commitRound(group, person(group, 0), {});
  const next = person(round.group, 1).membership;
  wipeEnded(ended, next);
  const { exporterSecret, initSecret, epochAuthenticator, senderDataSecret } =
    ended.state.keySchedule;
  for (const secret of [exporterSecret, initSecret, epochAuthenticator]) {
    expect(secret.every((byte) => byte === 0)).toBe(true);
  }
  expect(senderDataSecret.every((byte) => byte === 0)).toBe(false);
  await expect(commitRound(round.group, person(round.group, 1), {})).resolves.toBeDefined();
});
