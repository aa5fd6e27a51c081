// Credentials for a TURN server: with the join, and renewed over HTTP by who is in a room (PROTOCOL T).
import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { IceServers, type PeerId } from '../../src/protocol/index.ts';
import { describeScenarios, type Scene } from '../support/harness.ts';
import { fetchToken } from '../support/rooms.ts';
import { TestClient } from '../support/test-client.ts';

const STUN = ['stun:stun.example.org'];
const RELAYS = ['turn:turn.example.org:3478?transport=udp', 'turns:turn.example.org:5349'];
const SECRET = 'shared with coturn alone';
const TURN = { urls: [...STUN, ...RELAYS], secret: SECRET, ttlSeconds: 600 };

const open = async (scene: Scene) => {
  const roomId = await scene.newRoom();
  return { roomId, ada: await scene.join(roomId), bob: await scene.join(roomId) };
};

const ask = (url = '', token?: string): Promise<Response> =>
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
const expected = (scene: Scene, peerId: PeerId) => {
  const username = `${Math.floor(scene.now() / 1000) + TURN.ttlSeconds}:${peerId}`;
  const credential = createHmac('sha1', SECRET).update(username).digest('base64');
  return {
    iceServers: [{ urls: STUN }, { urls: RELAYS, username, credential }],
    expiresInSeconds: TURN.ttlSeconds,
  };
};

/** All alike, with TURN or without. */
const refusesStrangers = async (scene: Scene): Promise<void> => {
  const { roomId, ada } = await open(scene);
  const [url = ''] = scene.urls;
  const { sessionToken } = ada.session;
  const joinToken = await fetchToken(url, roomId);
  const wrong = [undefined, '', 'x', `${sessionToken.slice(0, -4)}AAAA`, joinToken];
  for (const token of wrong) {
    const response = await ask(url, token);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    await expectProblem(response, 401, 'unauthorized');
  }
};

describeScenarios(
  'TURN credentials',
  (getScene) => {
    it('T1 come with the join: an expiry, the peer, and their HMAC; STUN without any', async () => {
      const scene = getScene();
      const { ada, bob } = await open(scene);
      expect(ada.session.ice).toEqual(expected(scene, ada.peerId));
      expect(bob.session.ice).toEqual(expected(scene, bob.peerId));
    });

    it('T2 are renewed on any node, and later ones expire later', async () => {
      const scene = getScene();
      const { ada } = await open(scene);
      for (const url of scene.urls) {
        await scene.advance(1000);
        const response = await ask(url, ada.session.sessionToken);
        expect(response.status).toBe(200);
        expect(response.headers.get('cache-control')).toBe('no-store');
        const body = IceServers.parse(await response.json());
        expect(body).toEqual(expected(scene, ada.peerId));
        expect(body).not.toEqual(ada.session.ice);
      }
    });

    it('T2 are not for no token, a forged one, or a join token', () =>
      refusesStrangers(getScene()));

    it('T2 who is away has them, who has left has not, nor has anybody of a lost record', async () => {
      const scene = getScene();
      const [url = ''] = scene.urls;
      const { roomId, ada, bob } = await open(scene);
      const { sessionToken } = ada.session;
      ada.cut();
      await bob.heard('peer-disconnected');
      expect((await ask(url, sessionToken)).status).toBe(200);
      const back = await TestClient.connect(url);
      await back.resume(ada);
      await back.request('leave', {});
      await bob.heard('peer-left');
      await expectProblem(await ask(url, sessionToken), 401, 'unauthorized');
      expect((await ask(url, bob.session.sessionToken)).status).toBe(200);
      await scene.store.delete(roomId, bob.at);
      await expectProblem(await ask(url, bob.session.sessionToken), 401, 'unauthorized');
    });

    it('T2 H5 are given out at a bounded rate', async () => {
      const scene = getScene();
      const { ada } = await open(scene);
      const statuses: number[] = [];
      for (let asked = 0; asked < 1250; asked += 1) {
        statuses.push((await ask(scene.urls[0], ada.session.sessionToken)).status);
      }
      expect(statuses.slice(0, 1000).every((status) => status === 200)).toBe(true);
      expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(50);
      expect(statuses.at(-1)).toBe(429);
    });

    it('K9 T1 neither the secret nor a credential is logged', async () => {
      const scene = getScene();
      const { ada } = await open(scene);
      const response = await ask(scene.urls[0], ada.session.sessionToken);
      const body = IceServers.parse(await response.json());
      const { credential = '', username = '' } = body.iceServers[1] ?? {};
      expect(credential).toHaveLength(28);
      const text = (await scene.logged()).join('');
      for (const secret of [SECRET, credential, username]) expect(text).not.toContain(secret);
    });
  },
  { turn: TURN, callMode: 'auto' },
);

describeScenarios(
  'STUN alone',
  (getScene) => {
    it('T1 has no credentials that could expire', async () => {
      const scene = getScene();
      const { ada } = await open(scene);
      expect(ada.session.ice).toEqual({ iceServers: [{ urls: STUN }], expiresInSeconds: null });
      const response = await ask(scene.urls[0], ada.session.sessionToken);
      await expectProblem(response, 503, 'turn-not-configured');
    });
  },
  { turn: { ...TURN, urls: STUN }, callMode: 'auto' },
);

describeScenarios(
  'no TURN server',
  (getScene) => {
    it('T1 T2 there are none to be had', async () => {
      const scene = getScene();
      const { ada } = await open(scene);
      expect(ada.session.ice).toEqual({ iceServers: [], expiresInSeconds: null });
      const response = await ask(scene.urls[0], ada.session.sessionToken);
      await expectProblem(response, 503, 'turn-not-configured');
    });

    it('T2 strangers are not told that', () => refusesStrangers(getScene()));
  },
  { callMode: 'auto' },
);
