// Signaling nodes that are killed, frozen and restarted under people in a call: real processes, real
// signals. The clients themselves check that versions are contiguous and messages in order (PROTOCOL J, L, N).
import { beforeEach, expect, it } from 'vitest';
import { CLOSE } from '../../src/protocol/index.ts';
import { ABSENCE_MS } from '../../src/rooms/absences.ts';
import { heardBy, sayLines } from '../support/chatter.ts';
import { count, level, meet, named } from '../support/meeting.ts';
import { describeProcesses } from '../support/harness.ts';
import type { ProcessScene } from '../support/process-scene.ts';
import { TestClient } from '../support/test-client.ts';

/** Longer than a lease and what follows from its end, on a machine that is busy. */
const DEATH = { timeout: 30_000 };

/** Of talk, in which a node dies. */
const LINES = 200;

describeProcesses('nodes that die', (getScene) => {
  let scene: ProcessScene;
  beforeEach(() => {
    scene = getScene();
  });

  const [first, second] = [0, 1] as const;
  const nodeAt = (index: number) => {
    const node = scene.nodes[index];
    if (node === undefined) throw new Error('two nodes');
    return node;
  };
  const urlOf = (index: number): string => nodeAt(index).url;

  /** Takes a session up at that node, and gives what was said meanwhile. */
  const resumeAt = async (index: number, from: TestClient) => {
    const client = await TestClient.connect(urlOf(index));
    const { messages } = await client.resume(from);
    return { client, missed: messages.map(({ envelope }) => envelope) };
  };

  const peersOf = async (roomId: Parameters<ProcessScene['record']>[0]) =>
    (await scene.record(roomId)).peers.map(({ peerId, connected }) => ({ peerId, connected }));

  it('J5 kill -9: its people resume at another node, nothing is lost or repeated', async () => {
    const at = [second, first, first].map(urlOf);
    const meeting = await meet(scene, 3, at);
    const { ada, bob, carol } = named(meeting);
    const saying = sayLines(ada, LINES, (line) => {
      if (line === LINES / 4) void nodeAt(first).kill();
    });
    for (const client of [bob, carol]) await client.closed();
    const back = [await resumeAt(second, bob), await resumeAt(second, carol)];
    for (const { client } of back) await client.request('set-stream', { source: 'mic', on: true });
    const said = await saying;
    for (const [index, before] of [bob, carol].entries()) {
      const now = back[index];
      if (now === undefined) throw new Error('both are back');
      const heard = () => [...heardBy(before), ...now.missed, ...heardBy(now.client)];
      await expect.poll(() => heard().length).toBe(said.length);
      expect(heard()).toEqual(said);
    }
    await level(ada, ...back.map(({ client }) => client));
    for (const name of ['peer-left', 'room-reset']) expect(count(ada, name)).toBe(0);
    expect(count(ada, 'peer-resumed')).toBe(2);
    expect(await peersOf(meeting.roomId)).toEqual(
      meeting.members.map(({ peerId }) => ({ peerId, connected: true })),
    );
  });

  it('N1 J6 kill -9: who does not come back is away when the lease has ended, and leaves 45 s later, once', async () => {
    const roomId = await scene.newRoom();
    const ada = await TestClient.join(urlOf(second), roomId);
    const ghosts = [
      await TestClient.join(urlOf(first), roomId),
      await TestClient.join(urlOf(first), roomId),
    ];
    const lucky = await TestClient.join(urlOf(first), roomId);
    await level(ada, lucky);
    await nodeAt(first).kill();
    await lucky.closed();
    const { client: back } = await resumeAt(second, lucky);
    await expect.poll(() => count(ada, 'peer-disconnected'), DEATH).toBe(2);
    await scene.pass(ABSENCE_MS - 1, [ada, back]);
    await ada.request('set-stream', { source: 'mic', on: true });
    expect(count(ada, 'peer-left')).toBe(0);
    await scene.advance(1);
    await expect.poll(() => count(ada, 'peer-left')).toBe(2);
    const left = ada
      .recordEvents()
      .flatMap((event) => (event.event === 'peer-left' ? [event.data] : []));
    for (const ghost of ghosts) {
      expect(left).toContainEqual({ peerId: ghost.peerId, reason: 'timeout' });
    }
    await scene.pass(ABSENCE_MS, [ada, back]);
    await level(ada, back);
    expect(count(ada, 'peer-left')).toBe(2);
    expect(await peersOf(roomId)).toEqual(
      [ada, lucky].map(({ peerId }) => ({ peerId, connected: true })),
    );
  });

  it('N1 a room whose only node is killed is taken up elsewhere, with all that it was', async () => {
    const meeting = await meet(scene, 2, [urlOf(first), urlOf(first)]);
    const { ada, bob } = named(meeting);
    const { incarnation } = ada.at;
    await ada.request('set-stream', { source: 'cam', on: true });
    await bob.heard('stream-changed');
    await nodeAt(first).kill();
    for (const client of [ada, bob]) await client.closed();
    const { client: adaNow } = await resumeAt(second, ada);
    // Bob never comes: nobody served the room when his node died.
    await expect.poll(() => count(adaNow, 'peer-disconnected'), DEATH).toBe(1);
    await scene.pass(ABSENCE_MS, [adaNow]);
    await adaNow.heard('peer-left');
    const record = await scene.record(meeting.roomId);
    expect(record.incarnation).toBe(incarnation);
    expect(record.peers.map(({ peerId, streams }) => [peerId, streams.cam.on])).toEqual([
      [ada.peerId, true],
    ]);
    expect(record.group).toMatchObject(meeting.group);
  });

  it('N3 frozen beyond its lease: whom another node took up is replaced there, others resume', async () => {
    const at = [second, first, first].map(urlOf);
    const meeting = await meet(scene, 3, at);
    const { ada, bob, carol } = named(meeting);
    nodeAt(first).freeze();
    await expect.poll(() => count(ada, 'peer-disconnected'), DEATH).toBe(2);
    const { client: bobNow } = await resumeAt(second, bob);
    await ada.request('app-message', { envelope: 'AAAA' });
    expect(bob.closeCode).toBeNull();
    nodeAt(first).thaw();
    // By which of the two facts it finds out first.
    expect([CLOSE.replaced, CLOSE.silent]).toContain(await bob.closed());
    // Hers is still open, and the record says that she is away: the page has to take it up again.
    expect(await carol.closed()).toBe(CLOSE.silent);
    const { client: carolNow, missed } = await resumeAt(first, carol);
    await level(ada, bobNow, carolNow);
    expect([...heardBy(carol), ...missed]).toEqual(['AAAA']);
    expect(heardBy(bobNow)).toEqual(['AAAA']);
    await scene.pass(2 * ABSENCE_MS, [ada, bobNow, carolNow]);
    for (const name of ['peer-left', 'room-reset']) expect(count(ada, name)).toBe(0);
    expect(await peersOf(meeting.roomId)).toEqual(
      meeting.members.map(({ peerId }) => ({ peerId, connected: true })),
    );
  });

  it('N1 J5 all nodes killed at once: the record outlives them, and who comes back first finds all of it', async () => {
    const at = [first, second, first].map(urlOf);
    const meeting = await meet(scene, 3, at);
    const { ada, bob, carol } = named(meeting);
    const said = await sayLines(ada, 10);
    await Promise.all([nodeAt(first).kill(), nodeAt(second).kill()]);
    for (const client of meeting.members) await client.closed();
    await scene.restart(first);
    await scene.restart(second);
    const { client: bobNow, missed } = await resumeAt(second, bob);
    expect([...heardBy(bob), ...missed]).toEqual(said);
    const { client: adaNow } = await resumeAt(first, ada);
    // Both old nodes are dead by their leases alone; nobody who lives has seen them go.
    await expect.poll(() => count(adaNow, 'peer-disconnected'), DEATH).toBe(1);
    await scene.pass(ABSENCE_MS, [adaNow, bobNow]);
    expect((await adaNow.heard('peer-left')).data).toEqual({
      peerId: carol.peerId,
      reason: 'timeout',
    });
    await level(adaNow, bobNow);
    expect(count(bobNow, 'peer-left')).toBe(1);
    const record = await scene.record(meeting.roomId);
    expect(record.incarnation).toBe(ada.at.incarnation);
    expect(record.group).toMatchObject(meeting.group);
    expect(record.peers.map(({ peerId }) => peerId)).toEqual([ada.peerId, bob.peerId]);
  });

  it('L5 J5 a rolling restart of all nodes: everybody resumes, nobody leaves, every message is heard once', async () => {
    const at = [first, second, first].map(urlOf);
    const meeting = await meet(scene, 3, at);
    let clients = meeting.members;
    const heard = meeting.members.map((): string[] => []);
    const said: string[] = [];
    for (const index of [first, second]) {
      const [speaker] = clients;
      if (speaker !== undefined) said.push(...(await sayLines(speaker, 10)));
      const url = urlOf(index);
      const held = clients.filter((_, who) => at[who] === url);
      await nodeAt(index).stop();
      for (const client of held) expect(await client.closed()).toBe(CLOSE.draining);
      await nodeAt(index).kill();
      const other = index === first ? second : first;
      const next: TestClient[] = [];
      for (const [who, client] of clients.entries()) {
        if (at[who] !== url) {
          next.push(client);
          continue;
        }
        const { client: now, missed } = await resumeAt(other, client);
        heard[who]?.push(...heardBy(client), ...missed);
        at[who] = urlOf(other);
        next.push(now);
      }
      clients = next;
      await scene.restart(index);
    }
    const [host, ...others] = clients;
    if (host === undefined) throw new Error('three people');
    await host.request('set-stream', { source: 'mic', on: true });
    await level(...clients);
    for (const [who, client] of clients.entries()) heard[who]?.push(...heardBy(client));
    // What she says herself she is not told.
    expect(heard.slice(1)).toEqual(others.map(() => said));
    expect(new Set(clients.map((client) => client.at.head)).size).toBe(1);
    expect(await peersOf(meeting.roomId)).toEqual(
      meeting.members.map(({ peerId }) => ({ peerId, connected: true })),
    );
  });
});
