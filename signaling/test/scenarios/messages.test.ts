// Application messages over real sockets (PROTOCOL K7, K9).
import { expect, it } from 'vitest';
import { newPeerId } from '../../src/random.ts';
import { RING_MESSAGES } from '../../src/rooms/room-store.ts';
import { DEFAULT_LIMITS } from '../../src/socket/rate-limit.ts';
import {
  anyCommit,
  anyEnvelope,
  anyKeyPackage,
  anyPoint,
  anyTag,
  pointAfter,
} from '../support/group-samples.ts';
import { describeScenarios, NO_LIMITS } from '../support/harness.ts';
import { count, isCommit, meet, named } from '../support/meeting.ts';
import { TestClient } from '../support/test-client.ts';

const refusal = (code: string) => expect.objectContaining({ code });

const messagesHeard = (client: TestClient) =>
  client.events.flatMap((event) => (event.event === 'app-message' ? [event.data.message] : []));

describeScenarios('messages', (getWorld) => {
  it('K7 to all but the sender, or to one alone, in one order', async () => {
    const meeting = await meet(getWorld(), 3);
    const { ada, bob, carol } = named(meeting);
    const [toAll, toBob, last] = [anyEnvelope(), anyEnvelope(), anyEnvelope()];
    await ada.request('app-message', { envelope: toAll });
    await ada.request('app-message', { to: bob.peerId, envelope: toBob });
    await bob.request('app-message', { envelope: last });
    const from = ada.peerId;
    const first = { seq: 1, from, envelope: toAll };
    await expect.poll(() => messagesHeard(carol)).toHaveLength(2);
    await expect.poll(() => messagesHeard(ada)).toHaveLength(1);
    await expect.poll(() => messagesHeard(bob)).toHaveLength(2);
    const third = { seq: 3, from: bob.peerId, envelope: last };
    expect(messagesHeard(bob)).toEqual([first, { seq: 2, from, to: bob.peerId, envelope: toBob }]);
    expect(messagesHeard(carol)).toEqual([first, third]);
    expect(messagesHeard(ada)).toEqual([third]);
    expect(JSON.stringify([carol.events])).not.toContain(toBob);
  });

  it('K7 to nobody, to somebody who left, or before joining, is refused', async () => {
    const meeting = await meet(getWorld(), 3);
    const { ada, bob, carol } = named(meeting);
    const send = (to: string) => ada.request('app-message', { to, envelope: anyEnvelope() });
    await expect(send(newPeerId())).rejects.toEqual(refusal('not-found'));
    await bob.request('leave', {});
    await ada.heard('peer-left');
    await expect(send(bob.peerId)).rejects.toEqual(refusal('not-found'));
    await send(carol.peerId);
    const stranger = await TestClient.connect(meeting.world.urls[0] ?? '');
    await expect(stranger.request('app-message', { envelope: 'AAAA' })).rejects.toEqual(
      refusal('not-joined'),
    );
  });

  it('K7 who is no member says nothing, to one or to all, until it has been welcomed', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada, bob } = named(meeting);
    const stranger = await meeting.world.join(meeting.roomId);
    await stranger.request('key-package', anyKeyPackage());
    for (const to of [{}, { to: bob.peerId }]) {
      const says = stranger.request('app-message', { ...to, envelope: anyEnvelope() });
      await expect(says).rejects.toEqual(refusal('forbidden'));
    }
    await ada.request('commit', anyCommit(meeting.group, [stranger.peerId]));
    await stranger.heard('commit');
    const envelope = anyEnvelope();
    await stranger.request('app-message', { envelope });
    const only = [{ seq: 1, from: stranger.peerId, envelope }];
    await expect.poll(() => messagesHeard(bob)).toEqual(only);
    await expect.poll(() => messagesHeard(ada)).toEqual(only);
  });

  it('K7 who resumes gets what was missed and was for them, and none twice', async () => {
    const meeting = await meet(getWorld(), 3);
    const { ada, bob, carol } = named(meeting);
    await ada.request('app-message', { envelope: anyEnvelope() });
    await bob.request('app-message', { envelope: anyEnvelope() });
    await expect.poll(() => messagesHeard(bob)).toHaveLength(1);
    bob.cut();
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(1);
    const [all, own, other] = [anyEnvelope(), anyEnvelope(), anyEnvelope()];
    await ada.request('app-message', { to: carol.peerId, envelope: other });
    await ada.request('app-message', { envelope: all });
    await carol.request('app-message', { to: bob.peerId, envelope: own });
    const back = await TestClient.connect(meeting.world.urls.at(-1) ?? '');
    const { messages } = await back.resume(bob);
    expect(messages.map(({ seq, envelope }) => [seq, envelope])).toEqual([
      [4, all],
      [5, own],
    ]);
    await ada.request('app-message', { envelope: anyEnvelope() });
    await expect.poll(() => messagesHeard(back).map(({ seq }) => seq)).toEqual([6]);
  });

  it('K7 none is lost or told twice while people are cut off and come back', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada, bob } = named(meeting);
    const sent: string[] = [];
    const heard: string[] = [];
    let here = bob;
    const speak = async (): Promise<void> => {
      for (let index = 0; index < 120; index += 1) {
        const envelope = anyEnvelope(12);
        sent.push(envelope);
        await ada.request('app-message', { envelope });
      }
    };
    const flap = async (): Promise<void> => {
      for (let round = 0; round < 6; round += 1) {
        const heardHere = (): number => messagesHeard(here).length;
        await expect.poll(() => heardHere() > 3 || sent.length === 120).toBe(true);
        here.cut();
        await here.closed();
        heard.push(...messagesHeard(here).map(({ envelope }) => envelope));
        const back = await TestClient.connect(
          meeting.world.urls[round % 2] ?? meeting.world.urls[0] ?? '',
        );
        const { messages } = await back.resume(here);
        heard.push(...messages.map(({ envelope }) => envelope));
        here = back;
      }
    };
    await Promise.all([speak(), flap()]);
    const all = () => [...heard, ...messagesHeard(here).map(({ envelope }) => envelope)];
    await expect.poll(() => all().length).toBe(120);
    expect(all()).toEqual(sent);
  });

  it('K7 who joins is told where the ring is, and gets nothing from before', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada } = named(meeting);
    for (let sent = 0; sent < 5; sent += 1) {
      await ada.request('app-message', { envelope: anyEnvelope() });
    }
    const late = await meeting.world.join(meeting.roomId);
    expect(late.session.lastMessage).toBe(5);
    await ada.request('app-message', { envelope: anyEnvelope() });
    await expect.poll(() => messagesHeard(late).map(({ seq }) => seq)).toEqual([6]);
  });

  it('K7 a flood of messages pushes no commit out, and leaves a bounded ring', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada, bob } = named(meeting);
    const carol = await meeting.world.join(meeting.roomId);
    await carol.request('key-package', anyKeyPackage());
    carol.cut();
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(1);
    const commit = anyCommit(meeting.group, [carol.peerId]);
    await ada.request('commit', commit);
    for (let sent = 0; sent < RING_MESSAGES + 50; sent += 1) {
      await bob.request('app-message', { envelope: 'A'.repeat(6_000) });
    }
    const back = await TestClient.connect(meeting.world.urls.at(-1) ?? '');
    const answer = await back.resume(carol);
    if (answer.kind !== 'events') throw new Error('events were expected');
    const [missed] = answer.events.filter(isCommit);
    expect(missed?.data.commit.welcome).toBe(commit.welcomes[0]?.envelope);
    expect(answer.messages.at(-1)?.seq).toBe(RING_MESSAGES + 50);
    expect(JSON.stringify(answer.messages).length).toBeLessThanOrEqual(512 * 1024);
    expect(answer.messages.length).toBeGreaterThan(50);
  });

  it('K7 a record that is lost takes its ring along; the next begins at 1', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada, bob } = named(meeting);
    await ada.request('app-message', { envelope: anyEnvelope() });
    await bob.heard('app-message');
    await meeting.world.store.delete(meeting.roomId, ada.at);
    const lost = ada.request('app-message', { envelope: anyEnvelope() });
    await expect(lost).rejects.toEqual(refusal('room-reset'));
    await ada.heard('room-reset');
    expect((await ada.join(ada.session.sessionToken)).lastMessage).toBe(0);
    await bob.heard('room-reset');
    await bob.join(bob.session.sessionToken);
    const again = { group: meeting.group, prev: null, tag: meeting.tag };
    const early = ada.request('app-message', { envelope: anyEnvelope() });
    await expect(early).rejects.toEqual(refusal('forbidden'));
    await ada.request('create-group', again);
    await ada.request('app-message', { envelope: anyEnvelope() });
    await expect.poll(() => messagesHeard(bob).map(({ seq }) => seq)).toEqual([1, 1]);
  });

  it('K9 nothing of an envelope or a tag is logged', async () => {
    const meeting = await meet(getWorld(), 2);
    const { ada } = named(meeting);
    const [keyPackage, said] = [anyKeyPackage(), anyEnvelope()];
    const [tag, other] = [anyTag(), anyTag()];
    const commit = anyCommit(meeting.group, [], tag);
    await ada.request('key-package', keyPackage);
    await ada.request('commit', commit);
    await ada.request('epoch-ready', { group: pointAfter(meeting.group), tag });
    const take = { group: anyPoint(2), prev: pointAfter(meeting.group), tag: other };
    await ada.send('create-group', take).catch(() => undefined);
    await ada.request('app-message', { envelope: said });
    await ada.send('commit', { ...commit, welcomes: 'none' }).catch(() => undefined);
    const text = (await meeting.world.logged()).join('');
    expect(text).toContain('"command":"commit"');
    const tags = [tag, other, commit.tagHash];
    for (const secret of [keyPackage.envelope, commit.envelope, said, ...tags]) {
      expect(text).not.toContain(secret);
    }
  });
});

const { appMessages, costly } = DEFAULT_LIMITS;

describeScenarios(
  'message limits',
  (getWorld) => {
    it('L2 so many messages at once, then so many a second; key packages, groups and looks alike', async () => {
      const meeting = await meet(getWorld(), 2);
      const { ada, bob } = named(meeting);
      const say = () => ada.request('app-message', { envelope: anyEnvelope() });
      for (let sent = 0; sent < appMessages.burst; sent += 1) await say();
      await expect(say()).rejects.toEqual(refusal('rate-limited'));
      await bob.request('app-message', { envelope: anyEnvelope() });
      await meeting.world.advance(1_000);
      for (let sent = 0; sent < appMessages.perSecond; sent += 1) await say();
      await expect(say()).rejects.toEqual(refusal('rate-limited'));
      for (let sent = 0; sent < costly.burst; sent += 1) await ada.request('read-room', {});
      const asks = ada.request('key-package', anyKeyPackage());
      await expect(asks).rejects.toEqual(refusal('rate-limited'));
      await expect(ada.request('read-room', {})).rejects.toEqual(refusal('rate-limited'));
      const name = { group: meeting.group, prev: null, tag: meeting.tag };
      await expect(ada.request('create-group', name)).rejects.toEqual(refusal('rate-limited'));
      await meeting.world.advance(1_000);
      await ada.request('create-group', name);
      await expect(ada.request('create-group', name)).rejects.toEqual(refusal('rate-limited'));
    });
  },
  { limits: { ...NO_LIMITS, appMessages, costly } },
);
