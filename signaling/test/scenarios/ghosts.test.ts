// Sockets with a join token and no keys, over real sockets: what they may not do to a group (PROTOCOL
// K1, K2, K4–K7).
import { expect, it } from 'vitest';
import { anyCommit, anyPoint, anyTag, pointAfter } from '../support/group-samples.ts';
import { describeScenarios } from '../support/harness.ts';
import { commitsHeard, level, meet, named } from '../support/meeting.ts';

const refusal = (code: string) => expect.objectContaining({ code });

describeScenarios('ghosts', (getWorld) => {
  it('K1 K2 who names a group without its tag is no member and moves nothing', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada, bob } = named(meeting);
    const ghost = await meeting.world.join(meeting.roomId);
    const { group } = meeting;
    await ada.request('commit', anyCommit(group));
    const now = pointAfter(group);
    await level(ada, bob, ghost);
    const heard = commitsHeard(ghost).at(-1)?.data.commit;
    // All that a ghost can know: another tag, an older one’s hash, the hash that rode on the commit.
    for (const tag of [anyTag(), meeting.first.tagHash, heard?.tagHash]) {
      const name = ghost.request('create-group', { group: now, prev: now, tag });
      await expect(name).rejects.toEqual(refusal('forbidden'));
    }
    const asked = [
      ghost.request('commit', anyCommit(now)),
      ghost.request('bad-commit', { messageId: heard?.messageId }),
      ghost.request('epoch-ready', { group: now, tag: anyTag() }),
      ghost.request('create-group', { group: anyPoint(2), prev: now, tag: anyTag() }),
    ];
    for (const one of asked) await expect(one).rejects.toEqual(refusal('forbidden'));
    const { room } = await ada.request('read-room', {});
    expect(room.group).toEqual({ ...now, members: [ada.peerId, bob.peerId] });
  });

  it('K2 the tag that members tell the server is told to nobody', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada, bob } = named(meeting);
    const ghost = await meeting.world.join(meeting.roomId);
    await bob.request('leave', {});
    const [tag, next] = [anyTag(), { group: anyPoint(2), prev: meeting.group }];
    await ada.request('epoch-ready', { group: meeting.group, tag: meeting.tag });
    await ada.request('create-group', { ...next, tag });
    await ada.request('epoch-ready', { group: next.group, tag });
    await ghost.heard('epoch-ready');
    await level(ada, ghost);
    const { room } = await ghost.request('read-room', {});
    const told = JSON.stringify([ghost.events, ghost.session, room]);
    expect(told).toContain(next.group.groupId);
    for (const secret of [meeting.tag, tag]) expect(told).not.toContain(secret);
  });

  it('K6 readiness does not wait for who has no keys', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada, bob } = named(meeting);
    const ghost = await meeting.world.join(meeting.roomId);
    const { group, tag } = meeting;
    const name = ghost.request('create-group', { group, prev: group, tag: anyTag() });
    await expect(name).rejects.toEqual(refusal('forbidden'));
    for (const client of [ada, bob]) await client.request('epoch-ready', { group, tag });
    expect((await ada.heard('epoch-ready')).data.group).toEqual(group);
  });

  it('K2 a ghost that is left alone keeps nobody out', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada, bob } = named(meeting);
    const ghost = await meeting.world.join(meeting.roomId);
    const { group } = meeting;
    const name = ghost.request('create-group', { group, prev: group, tag: anyTag() });
    await expect(name).rejects.toEqual(refusal('forbidden'));
    for (const client of [ada, bob]) await client.request('leave', {});
    const late = await meeting.world.join(meeting.roomId);
    const next = { group: anyPoint(2), prev: group, tag: anyTag() };
    await late.request('create-group', next);
    expect((await ghost.heard('group-created')).data).toEqual({
      group: next.group,
      by: late.peerId,
    });
  });

  it('K5 whose commit is condemned is out, and names neither this group again nor the next', async () => {
    const meeting = await meet(getWorld(), 3);
    const { ada, bob, carol } = named(meeting);
    const tag = anyTag();
    const bad = anyCommit(meeting.group, [], tag);
    const given = pointAfter(meeting.group);
    await ada.request('commit', bad);
    for (const client of [bob, carol]) {
      await client.request('bad-commit', { messageId: bad.messageId });
    }
    await ada.heard('commit-condemned');
    const again = ada.request('create-group', { group: given, prev: given, tag });
    await expect(again).rejects.toEqual(refusal('forbidden'));
    await expect(ada.request('commit', anyCommit(given))).rejects.toEqual(refusal('forbidden'));
    const next = { group: anyPoint(2), prev: given, tag: anyTag() };
    await expect(ada.request('create-group', next)).rejects.toEqual(refusal('forbidden'));
    await bob.request('create-group', next);
    const { group } = next;
    const name = ada.request('create-group', { group, prev: group, tag: anyTag() });
    await expect(name).rejects.toEqual(refusal('forbidden'));
    await expect(ada.request('commit', anyCommit(group))).rejects.toEqual(refusal('forbidden'));
    const { room } = await carol.request('read-room', {});
    expect(room.group).toEqual({ ...group, members: [bob.peerId] });
  });
});
