// Redis killed, emptied and frozen under people in a call: real processes, real signals. The nodes'
// clocks stand still but for what a test moves them; an outage is as long as the real one makes it
// (PROTOCOL S, V4).
import { beforeEach, expect, it } from 'vitest';
import { ABSENCE_MS } from '../../src/rooms/absences.ts';
import { LOOK_EVERY_MS } from '../../src/rooms/store-watch.ts';
import { heardBy, sayLines } from '../support/chatter.ts';
import { anyKeyPackage, anyTag } from '../support/group-samples.ts';
import { count, level, meet, named } from '../support/meeting.ts';
import { describeProcesses } from '../support/harness.ts';
import type { ProcessScene } from '../support/process-scene.ts';
import { TestClient } from '../support/test-client.ts';

const refusal = (code: string) => expect.objectContaining({ code });

/** Longer than a node takes to find Redis silent, or there again, on a machine that is busy. */
const OUTAGE = { timeout: 30_000 };

/** What a request is refused with for which the store is always asked; null when it is answered. */
const refusalOf = (client: TestClient): Promise<unknown> =>
  client.request('read-room', {}).then(
    () => null,
    (error: unknown) => error,
  );

const isAway = async (clients: readonly TestClient[]): Promise<void> => {
  for (const client of clients) {
    await expect.poll(() => refusalOf(client), OUTAGE).toEqual(refusal('unavailable'));
  }
};

const isBack = async (clients: readonly TestClient[]): Promise<void> => {
  for (const client of clients) {
    await expect.poll(() => refusalOf(client), OUTAGE).toBeNull();
  }
};

describeProcesses('a Redis that dies', (getScene) => {
  let scene: ProcessScene;
  beforeEach(() => {
    scene = getScene();
  });

  it('S7 V4 killed and started empty: everybody is told room-reset and joins again, into one record', async () => {
    const meeting = await meet(scene, 4);
    const { ada, bob, carol, dan } = named(meeting);
    const before = ada.at.incarnation;
    await scene.redis.kill();
    await isAway([ada]);
    await scene.redis.restart();
    // Found at the latest when the store is back, which the nodes find out by their clocks.
    const resets = async (client: TestClient): Promise<number> => {
      await scene.pass(LOOK_EVERY_MS, meeting.members);
      return count(client, 'room-reset');
    };
    for (const client of meeting.members) {
      await expect.poll(() => resets(client), OUTAGE).toBe(1);
    }
    await Promise.all(meeting.members.map((client) => client.join(client.session.sessionToken)));
    await level(...meeting.members);
    const record = await scene.record(meeting.roomId);
    expect(record.incarnation).not.toBe(before);
    expect(record.peers.map(({ peerId }) => peerId).toSorted()).toEqual(
      meeting.members.map(({ peerId }) => peerId).toSorted(),
    );
    for (const client of meeting.members) {
      expect(client.at.incarnation).toBe(record.incarnation);
      expect(client.closeCode).toBeNull();
      expect(count(client, 'room-reset')).toBe(1);
    }
    // It works as any other room: keys, messages, leaving.
    const made = { group: meeting.group, prev: null, tag: anyTag() };
    await ada.request('create-group', made);
    for (const other of [bob, carol, dan]) await other.request('key-package', anyKeyPackage());
    const said = await sayLines(ada, 5);
    for (const other of [bob, carol, dan]) {
      await expect.poll(() => heardBy(other)).toEqual(said);
    }
    await dan.request('leave', {});
    await carol.heard('peer-left');
  });

  it('S3 S6 frozen: calls go on, requests are refused, and nobody is thrown out; then all is as it was', async () => {
    const meeting = await meet(scene, 3);
    const { ada, bob, carol } = named(meeting);
    const all = [ada, bob, carol];
    const before = ada.at;
    scene.redis.freeze();
    await isAway(all);
    // Sockets live on by heartbeats that no store is asked for, for longer than anybody may be away.
    await scene.pass(2 * ABSENCE_MS, all);
    for (const client of all) expect(client.closeCode).toBeNull();
    scene.redis.thaw();
    await isBack(all);
    const said = await sayLines(ada, 10);
    await level(...all);
    for (const other of [bob, carol]) await expect.poll(() => heardBy(other)).toEqual(said);
    await scene.pass(2 * ABSENCE_MS, all);
    const record = await scene.record(meeting.roomId);
    expect(record.incarnation).toBe(before.incarnation);
    expect(record.peers.map(({ peerId, connected }) => ({ peerId, connected }))).toEqual(
      meeting.members.map(({ peerId }) => ({ peerId, connected: true })),
    );
    for (const name of ['room-reset', 'peer-left', 'peer-disconnected']) {
      for (const client of all) expect(count(client, name)).toBe(0);
    }
  });

  it('S5 S6 whose socket closes while Redis is frozen is away afterwards, and leaves after 45 s of a store that answers', async () => {
    const meeting = await meet(scene, 3);
    const { ada, bob, carol } = named(meeting);
    scene.redis.freeze();
    await isAway([ada, bob]);
    carol.cut();
    await scene.pass(2 * ABSENCE_MS, [ada, bob]);
    expect(count(ada, 'peer-disconnected')).toBe(0);
    scene.redis.thaw();
    await isBack([ada, bob]);
    const soon = async (name: string): Promise<number> => {
      await scene.pass(1_000, [ada, bob]);
      return count(ada, name);
    };
    await expect.poll(() => soon('peer-disconnected'), OUTAGE).toBe(1);
    expect(count(ada, 'peer-left')).toBe(0);
    await scene.pass(ABSENCE_MS, [ada, bob]);
    await expect.poll(() => soon('peer-left'), OUTAGE).toBe(1);
    await level(ada, bob);
    expect(count(bob, 'peer-left')).toBe(1);
    const { peers } = await scene.record(meeting.roomId);
    expect(peers.map(({ peerId }) => peerId)).toEqual([ada.peerId, bob.peerId]);
  });

  it('S4 J5 a resume that is asked for while Redis is frozen is refused, and taken up when it is back', async () => {
    const meeting = await meet(scene, 3);
    const { ada, bob, carol } = named(meeting);
    scene.redis.freeze();
    await isAway([ada, bob]);
    carol.cut();
    const attempt = async (): Promise<TestClient | null> => {
      const client = await TestClient.connect(scene.urls.at(-1) ?? '');
      try {
        await client.resume(carol);
        return client;
      } catch (error) {
        expect(error).toEqual(refusal('unavailable'));
        client.cut();
        return null;
      }
    };
    expect(await attempt()).toBeNull();
    scene.redis.thaw();
    let back: TestClient | null = null;
    const isThere = async (): Promise<boolean> => (back ??= await attempt()) !== null;
    await expect.poll(isThere, OUTAGE).toBe(true);
    await isBack([ada, bob]);
    await scene.pass(2 * ABSENCE_MS, [ada, bob, ...(back === null ? [] : [back])]);
    expect(count(ada, 'peer-left')).toBe(0);
    const { peers } = await scene.record(meeting.roomId);
    expect(peers.map(({ peerId, connected }) => ({ peerId, connected }))).toEqual(
      meeting.members.map(({ peerId }) => ({ peerId, connected: true })),
    );
  });
});
