// Coming, going and coming back over real sockets (PROTOCOL J, V).
import { expect, it } from 'vitest';
import {
  CLOSE,
  HEARTBEAT_INTERVAL_MS,
  HEARTBEAT_TIMEOUT_MS,
  PROTOCOL_VERSION,
} from '../../src/protocol/index.ts';
import { newHead, newIncarnation, newPeerId } from '../../src/random.ts';
import { ABSENCE_MS } from '../../src/rooms/absences.ts';
import { emptyRecord, evolve } from '../../src/rooms/evolve.ts';
import { RECORD_SCHEMA, type RoomEvent } from '../../src/rooms/record.ts';
import { describeScenarios, type Scene } from '../support/harness.ts';
import { fetchToken } from '../support/rooms.ts';
import { Refused, TestClient } from '../support/test-client.ts';

const refusal = (code: string) => expect.objectContaining({ code });

describeScenarios('membership', (getWorld) => {
  const start = async (people: number, world: Scene = getWorld()) => {
    const roomId = await world.newRoom();
    const clients: TestClient[] = [];
    for (let index = 0; index < people; index += 1) {
      clients.push(await world.join(roomId));
    }
    return { world, roomId, clients };
  };

  it('J1 everybody sees everybody, whichever app they came by', async () => {
    const { clients } = await start(3);
    const ids = clients.map(({ peerId }) => peerId);
    expect(clients[2]?.session.room.peers.map(({ peerId }) => peerId)).toEqual(ids);
    await expect
      .poll(() => clients[0]?.names().filter((name) => name === 'peer-joined'))
      .toHaveLength(2);
  });

  it('J2 another protocol number is told to upgrade', async () => {
    const world = getWorld();
    const roomId = await world.newRoom();
    const url = world.urls[0] ?? '';
    const client = await TestClient.connect(url);
    const token = await fetchToken(url, roomId);
    // In the shape of that protocol, whatever it may have been.
    const others = [
      ['join', { protocol: 0, token }],
      ['join', { protocol: PROTOCOL_VERSION + 1, token, direct: 'maybe' }],
      ['resume', { protocol: PROTOCOL_VERSION - 1 }],
    ] as const;
    for (const [method, data] of others) {
      await expect(client.request(method, data)).rejects.toEqual(refusal('upgrade-required'));
    }
    for (const protocol of [PROTOCOL_VERSION, '1', null]) {
      const join = client.request('join', { protocol, token });
      await expect(join).rejects.toEqual(refusal('bad-request'));
    }
    await client.join(token);
  });

  it('J2 a record of a schema that this release does not know is not served', async () => {
    const world = getWorld();
    const roomId = await world.newRoom();
    const base = { ...emptyRecord(newIncarnation(), newHead()), schema: RECORD_SCHEMA + 1 };
    const event: RoomEvent = {
      incarnation: base.incarnation,
      version: 1,
      prev: base.head,
      head: newHead(),
      fact: { type: 'peer-left', peerId: newPeerId(), reason: 'left' },
    };
    const snapshot = evolve(base, event);
    await world.store.append(roomId, { expected: null, events: [event], snapshot });
    await expect(world.join(roomId)).rejects.toEqual(refusal('upgrade-required'));
    expect((await world.join(await world.newRoom())).session.room.peers).toHaveLength(1);
  });

  it('J3 the same join token twice is the same person: the first socket is replaced', async () => {
    const world = getWorld();
    const roomId = await world.newRoom();
    const token = await fetchToken(world.urls[0] ?? '', roomId);
    const first = await TestClient.connect(world.urls[0] ?? '');
    await first.join(token);
    const second = await TestClient.connect(world.urls.at(-1) ?? '');
    const joined = await second.join(token);
    expect(joined.peerId).toBe(first.peerId);
    expect(joined.room.peers).toHaveLength(1);
    expect(await first.closed()).toBe(CLOSE.replaced);
  });

  it('J3 one socket joins once', async () => {
    const { world, roomId, clients } = await start(1);
    const token = await fetchToken(world.urls[0] ?? '', roomId);
    await expect(clients[0]?.join(token)).rejects.toEqual(refusal('already-joined'));
  });

  it('J4 a forged, foreign or misused token is refused', async () => {
    const { world, roomId, clients } = await start(1);
    const url = world.urls[0] ?? '';
    const token = await fetchToken(url, roomId);
    const stranger = await TestClient.connect(url);
    const forged = `${token.slice(0, -4)}AAAA`;
    await expect(stranger.join(forged)).rejects.toEqual(refusal('unauthorized'));
    const resume = stranger.request('resume', {
      protocol: PROTOCOL_VERSION,
      sessionToken: token,
      position: clients[0]?.at,
      lastMessage: 0,
    });
    await expect(resume).rejects.toEqual(refusal('unauthorized'));
    await stranger.join(token);
  });

  it('J5 a dropped socket is not a leave: resume anywhere, with exactly what was missed', async () => {
    const { world, roomId, clients } = await start(2);
    const [ada, bob] = clients;
    if (ada === undefined || bob === undefined) throw new Error('two people');
    await ada.placed();
    ada.cut();
    const lost = await bob.heard('peer-disconnected');
    expect(lost.data.peerId).toBe(ada.peerId);
    const carol = await world.join(roomId);
    await bob.request('set-stream', { source: 'mic', on: true });

    const back = await TestClient.connect(world.urls.at(-1) ?? '');
    const answer = await back.resume(ada);
    expect(answer.kind).toBe('events');
    if (answer.kind !== 'events') return;
    const known = ada.at.version;
    expect(answer.events.map(({ version }) => version)).toEqual(
      answer.events.map((_, index) => known + 1 + index),
    );
    expect(answer.events.map(({ event }) => event)).toEqual(
      expect.arrayContaining([
        'peer-disconnected',
        'peer-joined',
        'stream-changed',
        'peer-resumed',
      ]),
    );
    expect(answer.events.at(-1)?.event).toBe('peer-resumed');
    await bob.heard('peer-resumed');
    await carol.request('leave', {});
    await back.heard('peer-left');
  });

  it('J5 a resume replaces the socket that still held the session', async () => {
    const { world, clients } = await start(1);
    const [ada] = clients;
    if (ada === undefined) throw new Error('one person');
    const back = await TestClient.connect(world.urls.at(-1) ?? '');
    await back.resume(ada);
    expect(await ada.closed()).toBe(CLOSE.replaced);
    await back.request('set-stream', { source: 'mic', on: true });
    expect((await back.heard('stream-changed')).data.peerId).toBe(ada.peerId);
  });

  it('J5 a resume from another log is told room-reset, and joins again as the same peer', async () => {
    const { world, roomId, clients } = await start(2);
    const [ada, bob] = clients;
    if (ada === undefined || bob === undefined) throw new Error('two people');
    await bob.placed();
    ada.cut();
    await bob.heard('peer-disconnected');
    const read = await world.store.read(roomId, null);
    if (read.kind !== 'snapshot') throw new Error('no record');
    const { position } = bob;
    await world.store.delete(roomId, position ?? bob.at);
    const back = await TestClient.connect(world.urls[0] ?? '');
    await expect(back.resume(ada)).rejects.toEqual(refusal('room-reset'));
    const joined = await back.join(ada.session.sessionToken);
    expect(joined.peerId).toBe(ada.peerId);
    expect(joined.room.position.incarnation).not.toBe(ada.at.incarnation);
  });

  it('V4 who is connected when the record is lost hears room-reset and joins again by itself', async () => {
    const { world, roomId, clients } = await start(2);
    const [ada, bob] = clients;
    if (ada === undefined || bob === undefined) throw new Error('two people');
    await bob.placed();
    await expect.poll(() => ada.at).toEqual(bob.at);
    await world.store.delete(roomId, ada.at);
    const refused = ada.request('set-stream', { source: 'mic', on: true });
    await expect(refused).rejects.toBeInstanceOf(Refused);
    await ada.heard('room-reset');
    const joined = await ada.join(ada.session.sessionToken);
    expect(joined.peerId).toBe(ada.peerId);
    await bob.heard('room-reset');
    const heardBefore = ada.names().length;
    await bob.join(bob.session.sessionToken);
    await expect.poll(() => ada.names().slice(heardBefore)).toContain('peer-joined');
    expect((await world.record(roomId)).peers.map((peer) => peer.peerId)).toEqual([
      ada.peerId,
      bob.peerId,
    ]);
  });

  it('J6 who stays away for too long has left, once', async () => {
    const { world, roomId, clients } = await start(3);
    const [ada, bob, carol] = clients;
    if (ada === undefined || bob === undefined || carol === undefined) throw new Error('three');
    ada.cut();
    await bob.heard('peer-disconnected');
    await carol.heard('peer-disconnected');
    await world.pass(ABSENCE_MS - 1, [bob, carol]);
    await bob.request('set-stream', { source: 'mic', on: true });
    expect(bob.names()).not.toContain('peer-left');
    await world.advance(1);
    const left = await bob.heard('peer-left');
    expect(left.data).toEqual({ peerId: ada.peerId, reason: 'timeout' });
    await carol.heard('peer-left');
    await carol.request('set-stream', { source: 'mic', on: true });
    expect(carol.names().filter((name) => name === 'peer-left')).toHaveLength(1);
    const back = await TestClient.connect(world.urls[0] ?? '');
    await expect(back.resume(ada)).rejects.toEqual(refusal('room-reset'));
    expect((await back.join(ada.session.sessionToken)).peerId).toBe(ada.peerId);
    expect((await world.record(roomId)).peers).toHaveLength(3);
  });

  it('J6 leaving by request or by close code is told at once', async () => {
    const { clients } = await start(4);
    const [ada, bob, dan, carol] = clients;
    if (!ada || !bob || !dan || !carol) throw new Error('four');
    await ada.request('leave', {});
    bob.close(CLOSE.leave);
    dan.goAway();
    await expect.poll(() => carol.names().filter((name) => name === 'peer-left')).toHaveLength(3);
    expect(carol.names()).not.toContain('peer-disconnected');
    await expect(ada.request('set-stream', { source: 'mic', on: true })).rejects.toEqual(
      refusal('not-joined'),
    );
  });

  it('J6 a room that everybody left is stored nowhere', async () => {
    const { world, roomId, clients } = await start(2);
    for (const client of clients) await client.request('leave', {});
    expect(await world.store.read(roomId, null)).toEqual({ kind: 'reset' });
  });

  it('V2 V3 the join answer comes first, then every event after it, none twice, from a busy room', async () => {
    const { world, roomId, clients } = await start(2);
    const noise = clients.map(async (client) => {
      for (let index = 0; index < 40; index += 1) {
        await client.request('set-stream', { source: 'mic', on: index % 2 === 0 });
      }
    });
    const late = await Promise.all(Array.from({ length: 8 }, () => world.join(roomId)));
    await Promise.all(noise);
    await Promise.all(
      late.map((client) => client.request('set-stream', { source: 'cam', on: true })),
    );
    const newest = Math.max(...late.map(({ at }) => at.version));
    for (const client of [...clients, ...late]) {
      await expect.poll(() => client.at.version).toBe(newest);
    }
    for (const client of late) expect(client.log[0]).toBe('answer 1');
    const heads = new Set([...clients, ...late].map(({ at }) => at.head));
    expect(heads.size).toBe(1);
  });

  it('S2 the server beats; a side that is silent for too long is closed, and may resume', async () => {
    const { world, clients } = await start(1);
    const [ada] = clients;
    if (ada === undefined) throw new Error('one person');
    await world.advance(HEARTBEAT_INTERVAL_MS);
    await ada.heard('heartbeat');
    await ada.request('heartbeat', {});
    await world.advance(HEARTBEAT_TIMEOUT_MS + HEARTBEAT_INTERVAL_MS);
    expect(await ada.closed()).toBe(CLOSE.silent);
    const back = await TestClient.connect(world.urls[0] ?? '');
    expect((await back.resume(ada)).kind).toBe('events');
  });

  it('S2 a socket that never joins is closed', async () => {
    const world = getWorld();
    const client = await TestClient.connect(world.urls[0] ?? '');
    await world.advance(15_000);
    expect(await client.closed()).toBe(CLOSE.notJoined);
  });

  it('L5 closing an app says so to its sockets', async () => {
    const { world, clients } = await start(1);
    const [ada] = clients;
    if (ada === undefined) throw new Error('one person');
    await world.drain();
    expect(await ada.closed()).toBe(CLOSE.draining);
  });
});
