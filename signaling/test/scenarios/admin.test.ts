// What an administrator may ask and do over HTTP, and the description of the whole API (PROTOCOL A, H6).
import type { MediaServer } from '@sotto/sfu-worker';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { NodesView, RoomsView } from '../../src/http/admin/admin-views.ts';
import { roomTag } from '../../src/auth/room-ids.ts';
import type { Rates } from '../../src/rates.ts';
import { startMedia, startWorld, type World } from '../support/harness.ts';

const TOKEN = 'an-administrator-of-the-tests-long-enough';

const Description = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ summary: z.string() }))),
});

/** Counts in memory, for ever. */
const sharedRates = (): Rates => {
  const counts = new Map<string, number>();
  return {
    count: async (name, ttl) => {
      const current = (counts.get(name) ?? 0) + 1;
      counts.set(name, current);
      return { current, ttl };
    },
  };
};

describe('administration', () => {
  let media: MediaServer;
  let world: World;
  beforeAll(async () => {
    media = await startMedia(2);
    world = await startWorld({ apps: 1, media, adminToken: TOKEN });
  });
  afterAll(async () => {
    await world.close();
    await media.close();
  });

  const ask = (path: string, init: RequestInit = {}, token = TOKEN) =>
    fetch(new URL(path, world.urls[0]), {
      ...init,
      headers: { authorization: `Bearer ${token}` },
    });
  const nodes = async () => NodesView.parse(await (await ask('/api/admin/nodes')).json());
  const rooms = async () => RoomsView.parse(await (await ask('/api/admin/rooms')).json());
  const post = (path: string) => ask(path, { method: 'POST' });

  it('A1 who has another token, or none, gets nothing and changes nothing', async () => {
    const { nodeId } = media;
    const paths = [
      ['GET', '/api/admin/nodes'],
      ['GET', '/api/admin/rooms'],
      ['POST', `/api/admin/media-nodes/${nodeId}/drain`],
      ['POST', `/api/admin/media-nodes/${nodeId}/workers/0/drain`],
    ] as const;
    for (const [method, path] of paths) {
      for (const token of ['', `${TOKEN}x`, TOKEN.slice(1), TOKEN.toUpperCase()]) {
        expect((await ask(path, { method }, token)).status, `${path} ${token}`).toBe(401);
      }
      const bare = await fetch(new URL(path, world.urls[0]), { method });
      expect(bare.status).toBe(401);
      expect(await bare.json()).toMatchObject({ code: 'unauthorized' });
    }
    expect(media.load().some(({ draining }) => draining)).toBe(false);
  });

  it('A1 without an ADMIN_TOKEN there is no such API', async () => {
    const other = await startWorld({ apps: 1, media });
    try {
      const url = other.urls[0] ?? '';
      const response = await fetch(new URL('/api/admin/nodes', url), {
        headers: { authorization: 'Bearer undefined' },
      });
      expect(response.status).toBe(404);
      const described = Description.parse(await (await fetch(`${url}/api/openapi.json`)).json());
      expect(Object.keys(described.paths).some((path) => path.includes('admin'))).toBe(false);
    } finally {
      await other.close();
    }
  });

  describe('rates', () => {
    const PATHS = ['/api/admin/nodes', '/api/admin/rooms'];
    const askOften = (urls: readonly string[], times: number, token: string) =>
      Promise.all(
        Array.from({ length: times }, async (_, index) => {
          const path = PATHS[index % PATHS.length] ?? '';
          const headers = { authorization: `Bearer ${token}` };
          return (await fetch(new URL(path, urls[index % urls.length]), { headers })).status;
        }),
      );
    it.each([
      ['one process', { apps: 1 }],
      ['two processes that count together', { apps: 2, rates: sharedRates() }],
    ])('A1 of guesses at the token, all paths together: %s', async (_name, options) => {
      const other = await startWorld({ media, adminToken: TOKEN, ...options });
      try {
        const guesses = await askOften(other.urls, 150, `${TOKEN}x`);
        expect(guesses.filter((status) => status === 401)).toHaveLength(120);
        expect(guesses.filter((status) => status === 429)).toHaveLength(30);
        expect(await askOften(other.urls, 1, TOKEN)).toEqual([429]);
      } finally {
        await other.close();
      }
    });
  });

  it('A2 nodes and workers are shown as they are', async () => {
    const shown = await nodes();
    expect(shown.signaling).toEqual([{ node: expect.any(String), self: true }]);
    expect(shown.media).toEqual([
      {
        nodeId: media.nodeId,
        connected: true,
        listed: true,
        draining: false,
        workers: [0, 1].map((worker) =>
          expect.objectContaining({ worker, rooms: 0, alive: true, draining: false }),
        ),
      },
    ]);
  });

  it('A3 rooms are shown by opaque names and counts, and nothing of who is there', async () => {
    const roomId = await world.newRoom();
    const [ada, bob] = [await world.join(roomId), await world.join(roomId)];
    await ada.placed();
    bob.cut();
    await ada.heard('peer-disconnected');
    const response = await ask('/api/admin/rooms');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const text = await response.text();
    const shown = RoomsView.parse(JSON.parse(text));
    const { home } = await world.record(roomId);
    expect(shown.rooms).toContainEqual({
      room: roomTag(roomId),
      people: 2,
      connected: 1,
      mode: 'sfu',
      media: home,
      leaving: null,
    });
    expect(shown.next).toBeNull();
    for (const secret of [roomId, ada.peerId, bob.peerId]) expect(text).not.toContain(secret);
    expect(await rooms()).toEqual(shown);
    expect((await ask('/api/admin/rooms?cursor=nothing')).status).toBe(400);
  });

  it('A4 what is not there cannot be drained', async () => {
    const { nodeId } = media;
    expect((await post('/api/admin/media-nodes/none/drain')).status).toBe(404);
    expect((await post(`/api/admin/media-nodes/${nodeId}/workers/7/drain`)).status).toBe(400);
    expect((await post(`/api/admin/media-nodes/${nodeId}/workers/x/drain`)).status).toBe(400);
    expect(media.load().some(({ draining }) => draining)).toBe(false);
  });

  it('H6 the description is OpenAPI, and of all that there is', async () => {
    const described: unknown = await (await fetch(`${world.urls[0]}/api/openapi.json`)).json();
    const { valid, errors } = await new Validator().validate(z.looseObject({}).parse(described));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    const { paths } = Description.parse(described);
    const all = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(all.toSorted()).toEqual([
      'get /api/admin/nodes',
      'get /api/admin/rooms',
      'get /api/rooms/{id}',
      'get /api/turn-credentials',
      'get /livez',
      'get /readyz',
      'post /api/admin/media-nodes/{nodeId}/drain',
      'post /api/admin/media-nodes/{nodeId}/workers/{worker}/drain',
      'post /api/rooms',
      'post /api/rooms/{id}/token',
    ]);
  });

  describe('draining', () => {
    let drained: World;
    let node: MediaServer;
    beforeAll(async () => {
      node = await startMedia(2);
      drained = await startWorld({ apps: 1, media: node, adminToken: TOKEN });
    });
    afterAll(async () => {
      await drained.close();
      await node.close();
    });

    it('A4 a worker, then the whole node', async () => {
      const url = drained.urls[0] ?? '';
      const headers = { authorization: `Bearer ${TOKEN}` };
      const send = (path: string) => fetch(new URL(path, url), { method: 'POST', headers });
      const roomId = await drained.newRoom();
      const ada = await drained.join(roomId);
      await ada.placed();
      const worker = (await drained.record(roomId)).home?.worker ?? -1;
      await ada.request('open-transport', { direction: 'send', placement: await ada.placed() });
      const one = await send(`/api/admin/media-nodes/${node.nodeId}/workers/${worker}/drain`);
      expect(one.status).toBe(202);
      expect(await one.json()).toEqual({ status: 'draining' });
      // The room moves to the other one.
      await expect
        .poll(async () => (await drained.record(roomId)).home?.worker, { timeout: 20_000 })
        .toBe(1 - worker);
      const all = await send(`/api/admin/media-nodes/${node.nodeId}/drain`);
      expect(all.status).toBe(202);
      expect(node.load().every(({ draining }) => draining)).toBe(true);
    });
  });
});
