// The largest commit that a member makes, against what the server takes in one message.
import { expect, test } from 'vitest';
import { toBase64url } from './group-bytes.ts';
import { makeGroupId } from './group-id.ts';
import type { GroupKeys } from './group-keys.ts';
import { MAX_COMMIT_BYTES } from './key-holder.ts';
import { createGroupKeys } from './mls-group-keys.ts';

/** One WebSocket message from a client, as the server's protocol has it. */
const SERVER_MESSAGE_BYTES = 128 * 1024;
const ENVELOPE_BYTES = 38 + 16;
const NOW = Date.now();

const peerIdOf = (index: number) => `peer ${1000 + index}`.padEnd(16, '.');

/** With the longest name there is. */
const keysOf = (index: number) =>
  createGroupKeys({
    peerId: peerIdOf(index),
    name: `name ${1000 + index}`.padEnd(64, '.'),
    psk: new Uint8Array(32),
  });

const asSent = (bytes: Uint8Array) => toBase64url(new Uint8Array(bytes.length + ENVELOPE_BYTES));

async function newcomers(from: number, count: number) {
  const indices = Array.from({ length: count }, (_, index) => from + index);
  const keys = await Promise.all(indices.map(keysOf));
  const packages = await Promise.all(keys.map((each) => each.makeKeyPackage(NOW)));
  const adds = packages.map((keyPackage, index) => ({
    peerId: peerIdOf(from + index),
    keyPackage,
  }));
  return { keys, adds };
}

/** All in one, and every node of the tree filled: everybody has committed once. */
async function fullTree(size: number, groupId: string): Promise<GroupKeys> {
  const founder = await keysOf(0);
  await founder.draftGroup(groupId, NOW);
  await founder.adoptDraft(groupId);
  if (size === 1) return founder;
  const { keys, adds } = await newcomers(1, size - 1);
  const limits = { nowMs: NOW, maxBytes: 1_000_000_000 };
  const { welcomes } = await founder.makeCommit({ adds, removes: [] }, limits);
  await founder.mergeCommit();
  await Promise.all(
    keys.map((each, index) =>
      each.join(welcomes[index]?.bytes ?? new Uint8Array(), { groupId, epoch: 1 }),
    ),
  );
  const members = [founder, ...keys];
  for (const [index, member] of members.entries()) {
    const { commit } = await member.makeCommit({ adds: [], removes: [] }, limits);
    await member.mergeCommit();
    const others = members.filter((each) => each !== member);
    await Promise.all(others.map((each) => each.acceptCommit(commit, peerIdOf(index))));
  }
  return founder;
}

test.each([1, 2, 9])(
  'G23 with %i members, a commit and its welcomes fit what the server takes, and use most of it',
  async (size) => {
    const groupId = makeGroupId(1);
    const committer = await fullTree(size, groupId);
    const { adds } = await newcomers(size, 20);
    const made = await committer.makeCommit(
      { adds, removes: [] },
      { nowMs: NOW, maxBytes: MAX_COMMIT_BYTES },
    );
    expect(made.deferred.length).toBeGreaterThan(0);
    const request = JSON.stringify({
      id: Number.MAX_SAFE_INTEGER,
      method: 'commit',
      data: {
        messageId: 'm'.repeat(16),
        group: { groupId, epoch: Number.MAX_SAFE_INTEGER },
        tagHash: made.tag,
        envelope: asSent(made.commit),
        welcomes: made.welcomes.map(({ peerId, bytes }) => ({
          to: peerId,
          envelope: asSent(bytes),
        })),
      },
    });
    expect(request.length).toBeLessThan(SERVER_MESSAGE_BYTES);
    expect(request.length).toBeGreaterThan(SERVER_MESSAGE_BYTES / 2);
  },
);
