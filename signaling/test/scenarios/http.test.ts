// The HTTP side: rooms, tokens, health, problems, headers, origins (PROTOCOL R, H).
import type { MediaServer } from '@sotto/sfu-worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRoomIds } from '../../src/auth/room-ids.ts';
import { startMedia, startWorld, type World } from '../support/harness.ts';
import { bearer, JOIN_HASH, JOIN_KEY, postRoom } from '../support/rooms.ts';
import { TestClient } from '../support/test-client.ts';

const FRIEND = 'https://friend.example';

const problemOf = async (response: Response) => {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return response.json();
};

describe('http', () => {
  let media: MediaServer;
  let world: World;
  let url: string;
  beforeAll(async () => {
    media = await startMedia(1);
    world = await startWorld({ apps: 1, media, corsOrigins: [FRIEND] });
    url = world.urls[0] ?? '';
  });
  afterAll(async () => {
    await world.close();
    await media.close();
  });

  const askToken = (id: string, headers: Record<string, string> = bearer()) =>
    fetch(`${url}/api/rooms/${id}/token`, { method: 'POST', headers });

  it('R1 a new room has an id that this server knows and nobody else can make', async () => {
    const response = await postRoom(url);
    expect(response.status).toBe(201);
    const body: unknown = await response.json();
    expect(body).toEqual({ roomId: expect.stringMatching(/^[\w-]{24}$/) });
    const stranger = createRoomIds(Buffer.alloc(32, 1)).mint(JOIN_HASH);
    const refused = await askToken(stranger);
    expect(refused.status).toBe(404);
    expect(await problemOf(refused)).toMatchObject({ code: 'room-not-found', status: 404 });
  });

  it('R1 only the key whose hash a room was made with opens it; all else is alike', async () => {
    const roomId = await world.newRoom();
    expect((await askToken(roomId)).status).toBe(200);
    const otherKey = Buffer.alloc(32, 6).toString('base64url');
    const foreign = createRoomIds(Buffer.alloc(32, 1)).mint(JOIN_HASH);
    const refusals = [
      await askToken(roomId, bearer(otherKey)),
      await askToken(roomId, bearer(JOIN_HASH)),
      await askToken(roomId, {}),
      await askToken(roomId, bearer(`${JOIN_KEY}A`)),
      await askToken(roomId, { authorization: `Basic ${JOIN_KEY}` }),
      await askToken(foreign),
      await askToken('x'),
      await fetch(`${url}/api/rooms/${roomId}`, { headers: bearer(otherKey) }),
      await fetch(`${url}/api/rooms/${roomId}`),
    ];
    const [problem, ...others] = await Promise.all(refusals.map(problemOf));
    expect(problem).toMatchObject({ code: 'room-not-found', status: 404 });
    for (const other of others) expect(other).toEqual(problem);
  });

  it('R1 a room is made of a hash of exactly 43 characters of base64url', async () => {
    for (const body of [
      {},
      null,
      [],
      'x',
      { joinHash: 7 },
      { joinHash: '' },
      { joinHash: JOIN_HASH.slice(1) },
      { joinHash: `${JOIN_HASH}A` },
      { joinHash: `${JOIN_HASH.slice(1)}=` },
      { joinHash: `${JOIN_HASH}\n` },
    ]) {
      const response = await postRoom(url, body);
      expect(await problemOf(response)).toMatchObject({ code: 'bad-request', status: 400 });
    }
    const nothing = await fetch(`${url}/api/rooms`, { method: 'POST' });
    expect(await problemOf(nothing)).toMatchObject({ code: 'bad-request', status: 400 });
  });

  it('R2 a room says how many are in it, without a token and without making a record', async () => {
    const roomId = await world.newRoom();
    const count = async () =>
      (await fetch(`${url}/api/rooms/${roomId}`, { headers: bearer() })).json();
    expect(await count()).toEqual({ peers: 0 });
    const ada = await world.join(roomId);
    expect(await count()).toEqual({ peers: 1 });
    await ada.request('leave', {});
    expect(await count()).toEqual({ peers: 0 });
    expect(await world.store.read(roomId, null)).toEqual({ kind: 'reset' });
  });

  it('H1 what is not there, and what is malformed, are problems with a closed code', async () => {
    expect(await problemOf(await fetch(`${url}/nothing`))).toMatchObject({ code: 'not-found' });
    for (const id of ['x', '%00', 'A'.repeat(24), 'A'.repeat(500), '..%2f..%2fetc']) {
      const response = await askToken(id);
      expect([400, 404, 414]).toContain(response.status);
      await problemOf(response);
    }
    const broken = await fetch(`${url}/api/rooms`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(await problemOf(broken)).toMatchObject({ code: 'bad-request', status: 400 });
  });

  it('H2 live and ready', async () => {
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
      status: 'ready',
      checks: { accepting: true, store: true, media: true },
    });
  });

  it('H3 a strict policy on every answer', async () => {
    const { headers } = await fetch(`${url}/nothing`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|http:/);
    expect(headers.get('permissions-policy')).toContain('geolocation=()');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('H4 other origins only as configured, for HTTP and for the socket', async () => {
    const asked = (origin: string) => fetch(`${url}/livez`, { headers: { origin } });
    expect((await asked(FRIEND)).headers.get('access-control-allow-origin')).toBe(FRIEND);
    const stranger = (await asked('https://evil.example')).headers;
    expect(stranger.get('access-control-allow-origin')).toBeNull();
    const connect = (origin: string) => TestClient.connect(url, { origin });
    await connect(FRIEND);
    await connect(url);
    for (const origin of ['https://evil.example', 'null', `${url}.evil.example`]) {
      await expect(connect(origin)).rejects.toThrow('401');
    }
  });

  it('H5 rooms are made at a bounded rate from one address', async () => {
    const answers = await Promise.all(Array.from({ length: 150 }, () => postRoom(url)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(30);
    const [first] = refused;
    if (first !== undefined) expect(await problemOf(first)).toMatchObject({ code: 'rate-limited' });
  });
});
