// A group's keys over real sockets, with envelopes that mean nothing (PROTOCOL K1–K6, K8, V3).
import { expect, it } from 'vitest';
import {
  anyCommit,
  anyEnvelope,
  anyKeyPackage,
  anyMessageId,
  anyPoint,
  anyTag,
  pointAfter,
} from '../support/group-samples.ts';
import { describeScenarios } from '../support/harness.ts';
import { commitsHeard, count, isCommit, level, meet, named } from '../support/meeting.ts';
import { TestClient } from '../support/test-client.ts';

const refusal = (code: string) => expect.objectContaining({ code });

const outcomes = async (asked: readonly Promise<unknown>[]): Promise<readonly string[]> =>
  (await Promise.allSettled(asked)).map((one) =>
    one.status === 'fulfilled' ? 'ok' : String(one.reason).replace(/^.*?: (\S+): .*/, '$1'),
  );

describeScenarios('keys', (getWorld) => {
  it('K2 of many who create the first group one wins, and all hear of that one', async () => {
    const world = getWorld();
    const roomId = await world.newRoom();
    const clients = await Promise.all(Array.from({ length: 6 }, () => world.join(roomId)));
    const groups = clients.map(() => anyPoint(1));
    const results = await outcomes(
      clients.map((client, index) =>
        client.request('create-group', { group: groups[index], prev: null, tag: anyTag() }),
      ),
    );
    expect(results.toSorted()).toEqual(['ok', ...Array.from({ length: 5 }, () => 'stale-epoch')]);
    const winner = groups[results.indexOf('ok')];
    for (const client of clients) {
      expect((await client.heard('group-created')).data.group).toEqual(winner);
      expect(count(client, 'group-created')).toBe(1);
    }
  });

  it('K2 nobody takes the place of a group that somebody is inside of', async () => {
    const meeting = await meet(getWorld(), 2);
    const stranger = await meeting.world.join(meeting.roomId);
    const take = { group: anyPoint(2), prev: meeting.group, tag: anyTag() };
    await expect(stranger.request('create-group', take)).rejects.toEqual(refusal('forbidden'));
    const { ada, bob } = named(meeting);
    ada.cut();
    await bob.heard('peer-disconnected');
    await expect(stranger.request('create-group', take)).rejects.toEqual(refusal('forbidden'));
    await bob.request('create-group', take);
    expect((await stranger.heard('group-created')).data).toEqual({
      group: take.group,
      by: bob.peerId,
    });
  });

  it('K3 a key package is told to all and in the room’s view; the newest takes the former’s place', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada } = named(meeting);
    const [carol, dan] = [
      await meeting.world.join(meeting.roomId),
      await meeting.world.join(meeting.roomId),
    ];
    const [first, second, other] = [anyKeyPackage(), anyKeyPackage(), anyKeyPackage()];
    await carol.request('key-package', first);
    await carol.request('key-package', first);
    await dan.request('key-package', other);
    await carol.request('key-package', second);
    await level(ada, carol, dan);
    const heard = ada.events.filter((event) => event.event === 'key-package').slice(-3);
    const told = heard.map((event) => event.event === 'key-package' && event.data.keyPackage);
    expect(told).toEqual([
      { peerId: carol.peerId, ...first },
      { peerId: dan.peerId, ...other },
      { peerId: carol.peerId, ...second },
    ]);
    const late = await meeting.world.join(meeting.roomId);
    expect(late.session.room.keyPackages).toEqual([told[1], told[2]]);
    await carol.request('leave', {});
    const { room } = await dan.request('read-room', {});
    expect(room.keyPackages).toEqual([told[1]]);
  });

  it('K4 of many commits for one epoch one is taken, and who lost is told so', async () => {
    const meeting = await meet(getWorld(), 4);
    const commits = meeting.members.map(() => anyCommit(meeting.group));
    const results = await outcomes(
      meeting.members.map((client, index) => client.request('commit', commits[index])),
    );
    expect(results.toSorted()).toEqual(['ok', 'stale-epoch', 'stale-epoch', 'stale-epoch']);
    const winner = commits[results.indexOf('ok')]?.messageId;
    await level(...meeting.members);
    for (const client of meeting.members) {
      const heard = commitsHeard(client).filter(
        ({ data }) => data.commit.group.epoch === meeting.group.epoch,
      );
      expect(heard.map(({ data }) => data.commit.messageId)).toEqual([winner]);
    }
    const { room } = await named(meeting).ada.request('read-room', {});
    expect(room.group).toMatchObject(pointAfter(meeting.group));
  });

  it('K4 the same commit again is answered alike and told once', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada, bob } = named(meeting);
    const commit = anyCommit(meeting.group);
    await ada.request('commit', commit);
    await bob.request('commit', anyCommit(pointAfter(meeting.group)));
    await ada.request('commit', commit);
    await level(ada, bob);
    expect(commitsHeard(bob)).toHaveLength(3);
  });

  it('K4 a welcome goes to whom it is for and to no other socket', async () => {
    const meeting = await meet(getWorld(), 3);
    const stranger = await meeting.world.join(meeting.roomId);
    for (const client of meeting.members) {
      const [heard] = commitsHeard(client);
      const own = meeting.first.welcomes.find(({ to }) => to === client.peerId);
      expect(heard?.data.commit.welcome).toEqual(own?.envelope);
      expect(heard?.data.commit.welcomed).toEqual(meeting.first.welcomes.map(({ to }) => to));
      const text = JSON.stringify([client.events, client.session]);
      for (const { to, envelope } of meeting.first.welcomes) {
        expect(text.includes(envelope)).toBe(to === client.peerId);
      }
    }
    expect(stranger.session.room.group?.members).toEqual(
      meeting.members.map(({ peerId }) => peerId),
    );
    await expect(stranger.request('commit', anyCommit(meeting.group))).rejects.toEqual(
      refusal('forbidden'),
    );
  });

  it('K4 who resumes gets the commits that were missed, and of the welcomes only its own', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada, bob } = named(meeting);
    const [carol, dan] = [
      await meeting.world.join(meeting.roomId),
      await meeting.world.join(meeting.roomId),
    ];
    for (const asking of [carol, dan]) await asking.request('key-package', anyKeyPackage());
    await level(ada, bob, carol, dan);
    carol.cut();
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(1);
    const welcome = anyCommit(meeting.group, [carol.peerId, dan.peerId]);
    await ada.request('commit', welcome);
    await bob.request('commit', anyCommit(pointAfter(meeting.group)));
    const back = await TestClient.connect(meeting.world.urls.at(-1) ?? '');
    const answer = await back.resume(carol);
    if (answer.kind !== 'events') throw new Error('events were expected');
    const missed = answer.events.filter(isCommit).map(({ data }) => data.commit);
    expect(missed.map(({ group }) => group.epoch)).toEqual([1, 2]);
    expect(missed[0]?.welcome).toBe(welcome.welcomes[0]?.envelope);
    expect(missed[1]?.welcome).toBeUndefined();
    expect(JSON.stringify(answer)).not.toContain(welcome.welcomes[1]?.envelope);
    await back.request('commit', anyCommit(pointAfter(meeting.group, 2)));
  });

  it('K1 K2 after a lost record members name their group again, and go on', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada, bob } = named(meeting);
    await meeting.world.store.delete(meeting.roomId, ada.at);
    const read = ada.request('read-room', {});
    await expect(read).rejects.toEqual(refusal('room-reset'));
    await ada.heard('room-reset');
    const joined = await ada.join(ada.session.sessionToken);
    expect(joined.room).toMatchObject({ group: null, keyPackages: [] });
    await bob.heard('room-reset');
    await bob.join(bob.session.sessionToken);
    const behind = { groupId: meeting.group.groupId, epoch: 0 };
    const again = { group: meeting.group, prev: null, tag: meeting.tag };
    await ada.request('create-group', again);
    const late = bob.request('create-group', { ...again, group: behind });
    await expect(late).rejects.toEqual(refusal('stale-epoch'));
    await expect(bob.request('commit', anyCommit(meeting.group))).rejects.toEqual(
      refusal('forbidden'),
    );
    await bob.request('create-group', again);
    await bob.request('commit', anyCommit(meeting.group));
    const { room } = await ada.request('read-room', {});
    expect(room.group?.members).toEqual([ada.peerId, bob.peerId]);
  });

  it('K5 a minority that cannot follow changes nothing; a majority gives the group up', async () => {
    const meeting = await meet(getWorld(), 4);
    const { ada, bob, carol, dan } = named(meeting);
    const bad = anyCommit(meeting.group);
    await ada.request('commit', bad);
    const { messageId } = bad;
    await bob.request('bad-commit', { messageId });
    await bob.request('bad-commit', { messageId });
    const next = { group: anyPoint(2), prev: pointAfter(meeting.group), tag: anyTag() };
    await expect(bob.request('create-group', next)).rejects.toEqual(refusal('forbidden'));
    await expect(bob.request('bad-commit', { messageId: anyMessageId() })).rejects.toEqual(
      refusal('not-found'),
    );
    await carol.request('bad-commit', { messageId });
    for (const client of [ada, bob, carol, dan]) {
      const condemned = await client.heard('commit-condemned');
      expect(condemned.data).toEqual({ messageId, author: ada.peerId });
    }
    await bob.request('create-group', next);
    await level(ada, bob, carol, dan);
    expect(count(dan, 'commit-reported')).toBe(2);
    expect(count(dan, 'commit-condemned')).toBe(1);
    expect((await dan.request('read-room', {})).room.group?.members).toEqual([bob.peerId]);
  });

  it('K6 all are told once when all who are inside have said that they are ready', async () => {
    const meeting = await meet(getWorld(), 3);
    const { ada, bob, carol } = named(meeting);
    const ready = { group: meeting.group, tag: meeting.tag };
    await ada.request('epoch-ready', ready);
    await bob.request('epoch-ready', ready);
    await ada.request('epoch-ready', ready);
    await ada.request('app-message', { envelope: anyEnvelope() });
    await carol.heard('app-message');
    expect(count(carol, 'epoch-ready')).toBe(0);
    await carol.request('epoch-ready', ready);
    for (const client of meeting.members) {
      expect((await client.heard('epoch-ready')).data.group).toEqual(meeting.group);
    }
    await bob.request('epoch-ready', ready);
    await ada.request('app-message', { envelope: anyEnvelope() });
    await expect.poll(() => count(bob, 'app-message')).toBe(2);
    await expect.poll(() => count(carol, 'app-message')).toBe(2);
    for (const client of meeting.members) expect(count(client, 'epoch-ready')).toBe(1);
  });

  it('K6 only members, only of the epoch that is, only with its tag', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada } = named(meeting);
    const stranger = await meeting.world.join(meeting.roomId);
    const { group, first, tag } = meeting;
    await expect(stranger.request('epoch-ready', { group, tag })).rejects.toEqual(
      refusal('forbidden'),
    );
    for (const wrong of [
      { group, tag: anyTag() },
      { group, tag: first.tagHash },
      { group: first.group, tag },
      { group: anyPoint(1, 1), tag },
    ]) {
      await expect(ada.request('epoch-ready', wrong)).rejects.toEqual(refusal('stale-epoch'));
    }
  });

  it('K6 who leaves, is cut off or asks again is waited for no more', async () => {
    const meeting = await meet(getWorld(), 4);
    const { ada, bob, carol, dan } = named(meeting);
    await ada.request('epoch-ready', { group: meeting.group, tag: meeting.tag });
    await bob.request('leave', {});
    carol.cut();
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(1);
    await expect.poll(() => count(dan, 'peer-disconnected')).toBe(1);
    expect(count(ada, 'epoch-ready')).toBe(0);
    await dan.request('key-package', anyKeyPackage());
    await ada.heard('epoch-ready');
    await dan.heard('epoch-ready');
    // Nobody's word counts for the next epoch.
    const tag = anyTag();
    const next = anyCommit(meeting.group, [dan.peerId], tag);
    await ada.request('commit', next);
    const ready = { group: pointAfter(meeting.group), tag };
    await dan.request('epoch-ready', ready);
    await ada.request('app-message', { envelope: anyEnvelope() });
    await dan.heard('app-message');
    expect(count(dan, 'epoch-ready')).toBe(1);
    await ada.request('epoch-ready', ready);
    await expect.poll(() => count(dan, 'epoch-ready')).toBe(2);
  });

  it('K8 more epochs than the rate are refused until time has passed', async () => {
    const meeting = await meet(getWorld(), 3);
    let { group } = meeting;
    const next = async (index: number): Promise<void> => {
      await meeting.members[index % 3]?.request('commit', anyCommit(group));
      group = pointAfter(group);
    };
    for (let made = 1; made < 12; made += 1) await next(made);
    await expect(next(0)).rejects.toEqual(refusal('rate-limited'));
    await meeting.world.pass(10_000, meeting.members);
    // Ada's sixth of this minute is taken, another is not.
    for (let made = 0; made < 3; made += 1) await next(0);
    await expect(next(0)).rejects.toEqual(refusal('rate-limited'));
    await meeting.world.pass(50_000, meeting.members);
    await next(0);
  });

  it('V3 read-room gives the room as of the version of its answer, whatever goes on', async () => {
    const meeting = await meet(getWorld(), 3);
    const { ada, bob, carol } = named(meeting);
    const noise = [bob, carol].map(async (client) => {
      for (let index = 0; index < 60; index += 1) {
        await client.request('set-stream', { source: 'mic', on: index % 2 === 0 });
      }
    });
    const versions: number[] = [];
    // The client itself compares each with what it was told so far.
    for (let asked = 0; asked < 40; asked += 1) {
      versions.push((await ada.request('read-room', {})).room.position.version);
    }
    await Promise.all(noise);
    expect(new Set(versions).size).toBeGreaterThan(5);
    expect(versions).toEqual(versions.toSorted((one, other) => one - other));
    await level(ada, bob, carol);
  });
});
