// What is said about a group's keys in sizes and shapes that nobody could use (PROTOCOL L1).
import { expect, it } from 'vitest';
import { LIMITS } from '../../src/protocol/index.ts';
import { anyCommit, anyKeyPackage, anyPoint, anyTag, respelled } from '../support/group-samples.ts';
import { describeScenarios } from '../support/harness.ts';
import { level, meet, named } from '../support/meeting.ts';
import type { TestClient } from '../support/test-client.ts';

const refusal = (code: string) => expect.objectContaining({ code });

describeScenarios('shapes of keys', (getWorld) => {
  it('L1 hostile sizes and shapes are refused, and nothing of them is told', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada, bob } = named(meeting);
    const commit = anyCommit(meeting.group);
    const again = { ...meeting.group, groupId: respelled(meeting.group.groupId) };
    const take = { group: anyPoint(2), prev: meeting.group, tag: anyTag() };
    const bad: readonly (readonly [Parameters<TestClient['request']>[0], object])[] = [
      ['commit', { ...commit, envelope: 'not base64url!' }],
      ['commit', { ...commit, tagHash: 'short' }],
      ['commit', { ...commit, tagHash: respelled(commit.tagHash) }],
      ['commit', { ...commit, group: again }],
      ['epoch-ready', { group: again, tag: meeting.tag }],
      ['epoch-ready', { group: meeting.group, tag: respelled(meeting.tag) }],
      ['create-group', { group: again, prev: meeting.group, tag: meeting.tag }],
      ['create-group', { group: meeting.group, prev: again, tag: meeting.tag }],
      ['create-group', { ...take, tag: respelled(take.tag) }],
      ['commit', { ...commit, group: { ...meeting.group, epoch: -1 } }],
      ['commit', { ...commit, group: { groupId: 'x', epoch: 1 } }],
      [
        'commit',
        {
          ...commit,
          welcomes: Array.from({ length: LIMITS.welcomesPerCommit + 1 }, () => ({
            to: bob.peerId,
            envelope: 'AAAA',
          })),
        },
      ],
      ['commit', { ...commit, welcomes: [1, 2].map(() => ({ to: bob.peerId, envelope: 'AAAA' })) }],
      ['key-package', { ...anyKeyPackage(), envelope: 'A'.repeat(LIMITS.keyPackageChars + 1) }],
      ['key-package', { ...anyKeyPackage(), envelope: '' }],
      ['app-message', { envelope: 'A'.repeat(LIMITS.appMessageChars + 1) }],
      ['create-group', { group: { ...meeting.group, epoch: 2 ** 60 }, prev: null, tag: anyTag() }],
      ['create-group', { group: anyPoint(2), prev: meeting.group }],
    ];
    const before = bob.names().length;
    for (const [method, data] of bad) {
      await expect(ada.request(method, data)).rejects.toEqual(refusal('bad-request'));
    }
    await ada.request('commit', commit);
    await level(ada, bob);
    expect(bob.names().slice(before)).toEqual(['commit']);
  });
});
