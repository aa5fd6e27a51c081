// Credentials for a TURN server: with the join, and renewed over HTTP by who is in a room (PROTOCOL T).
import type { MediaServer } from '@sotto/sfu-worker';
import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { IceServers, type PeerId } from '../../src/protocol/index.ts';
import { startMedia, startWorld, type World, type WorldOptions } from '../support/harness.ts';
import { fetchToken } from '../support/rooms.ts';
import { TestClient } from '../support/test-client.ts';

const STUN = ['stun:stun.example.org'];
const RELAYS = ['turn:turn.example.org:3478?transport=udp', 'turns:turn.example.org:5349'];
const SECRET = 'shared with coturn alone';
const TURN = { urls: [...STUN, ...RELAYS], secret: SECRET, ttlSeconds: 600 };

let media: MediaServer;
let world: World;
beforeAll(async () => {
  media = await startMedia(1);
});
afterEach(() => world.close());
afterAll(() => media.close());

const open = async (options: Partial<WorldOptions> = { turn: TURN }) => {
  world = await startWorld({ apps: 2, media, callMode: 'auto', ...options });
  const roomId = await world.newRoom();
  return { roomId, ada: await world.join(roomId), bob: await world.join(roomId) };
};

const ask = (token?: string, url = world.urls[0] ?? ''): Promise<Response> =>
  fetch(`${url}/api/turn-credentials`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

const expectProblem = async (response: Response, status: number, code: string) => {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toMatchObject({ status, code });
};

/** What coturn would work out for itself. */
const expected = (peerId: PeerId) => {
  const username = `${Math.floor(world.clock.now() / 1000) + TURN.ttlSeconds}:${peerId}`;
  const credential = createHmac('sha1', SECRET).update(username).digest('base64');
  return {
    iceServers: [{ urls: STUN }, { urls: RELAYS, username, credential }],
    expiresInSeconds: TURN.ttlSeconds,
  };
};

describe('TURN credentials', () => {
  it('T1 come with the join: an expiry, the peer, and their HMAC; STUN without any', async () => {
    const { ada, bob } = await open();
    expect(ada.session.ice).toEqual(expected(ada.peerId));
    expect(bob.session.ice).toEqual(expected(bob.peerId));
  });

  it('T1 none where there is no TURN server', async () => {
    const { ada } = await open({});
    expect(ada.session.ice).toEqual({ iceServers: [], expiresInSeconds: null });
  });

  it('T1 STUN alone has none that could expire', async () => {
    const { ada } = await open({ turn: { ...TURN, urls: STUN } });
    expect(ada.session.ice).toEqual({ iceServers: [{ urls: STUN }], expiresInSeconds: null });
    await expectProblem(await ask(ada.session.sessionToken), 503, 'turn-not-configured');
  });

  it('T2 are renewed on any node, and later ones expire later', async () => {
    const { ada } = await open();
    for (const url of world.urls) {
      world.clock.advance(1000);
      const response = await ask(ada.session.sessionToken, url);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
      const body = IceServers.parse(await response.json());
      expect(body).toEqual(expected(ada.peerId));
      expect(body).not.toEqual(ada.session.ice);
    }
  });

  it('T2 no token, a forged one, a join token: all are alike, with TURN or without', async () => {
    for (const options of [{ turn: TURN }, {}]) {
      const { roomId, ada } = await open(options);
      const { sessionToken } = ada.session;
      const joinToken = await fetchToken(world.urls[0] ?? '', roomId);
      const wrong = [undefined, '', 'x', `${sessionToken.slice(0, -4)}AAAA`, joinToken];
      for (const token of wrong) {
        const response = await ask(token);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
        await expectProblem(response, 401, 'unauthorized');
      }
      if ('turn' in options) await world.close();
    }
  });

  it('T2 who is away has them, who has left has not, nor has anybody of a lost record', async () => {
    const { roomId, ada, bob } = await open();
    const { sessionToken } = ada.session;
    ada.cut();
    await bob.heard('peer-disconnected');
    expect((await ask(sessionToken)).status).toBe(200);
    const back = await TestClient.connect(world.urls[0] ?? '');
    await back.resume(ada);
    await back.request('leave', {});
    await bob.heard('peer-left');
    await expectProblem(await ask(sessionToken), 401, 'unauthorized');
    expect((await ask(bob.session.sessionToken)).status).toBe(200);
    await world.store.delete(roomId, bob.at);
    await expectProblem(await ask(bob.session.sessionToken), 401, 'unauthorized');
  });

  it('T2 without a TURN server there are none to be had', async () => {
    const { ada } = await open({});
    await expectProblem(await ask(ada.session.sessionToken), 503, 'turn-not-configured');
  });

  it('T2 H5 are given out at a bounded rate', async () => {
    const { ada } = await open();
    const headers = { authorization: `Bearer ${ada.session.sessionToken}` };
    const statuses: number[] = [];
    for (let asked = 0; asked < 1250; asked += 1) {
      const answer = await world.apps[0]?.inject({ url: '/api/turn-credentials', headers });
      statuses.push(answer?.statusCode ?? 0);
    }
    expect(statuses.slice(0, 1000).every((status) => status === 200)).toBe(true);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(50);
    expect(statuses.at(-1)).toBe(429);
  });

  it('K9 T1 neither the secret nor a credential is logged', async () => {
    const { ada } = await open();
    const body = IceServers.parse(await (await ask(ada.session.sessionToken)).json());
    const { credential = '', username = '' } = body.iceServers[1] ?? {};
    expect(credential).toHaveLength(28);
    const text = world.logLines.join('');
    for (const secret of [SECRET, credential, username]) expect(text).not.toContain(secret);
  });
});
