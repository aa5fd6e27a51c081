// One line for each thing that happened, and nothing secret in any of them.
import { expect, it } from 'vitest';
import { roomTag } from '../../src/auth/room-ids.ts';
import { deriveSecrets } from '../../src/auth/secrets.ts';
import { micParameters } from '../../../sfu-worker/test/rtp-fixtures.ts';
import { describeScenarios, TEST_SECRET } from '../support/harness.ts';
import { bearer, fetchToken, JOIN_HASH, JOIN_KEY } from '../support/rooms.ts';
import { TestClient } from '../support/test-client.ts';

describeScenarios('logs', (getWorld) => {
  it('tell who did what where, and hold no token, id, name, address, SDP or URL', async () => {
    const world = getWorld();
    const url = world.urls[0] ?? '';
    const roomId = await world.newRoom();
    const token = await fetchToken(url, roomId);
    const ada = await TestClient.connect(url);
    const { sessionToken, peerId } = await ada.join(token);
    await ada.heard('room-placed');
    const { iceParameters, dtlsParameters } = await ada.request('open-transport', {
      direction: 'send',
      placement: ada.placement,
    });
    await ada.request('produce', {
      source: 'mic',
      on: true,
      placement: ada.placement,
      rtpParameters: micParameters(),
    });
    await ada.send('produce', { source: 'mic', secret: sessionToken }).catch(() => undefined);
    await ada.send('join', { token: sessionToken }).catch(() => undefined);
    await fetch(`${url}/api/rooms/${roomId.slice(0, 23)}x/token?token=${token}`, {
      method: 'POST',
      headers: bearer(),
    });
    await ada.request('leave', {});

    const logged = await world.logged();
    const text = logged.join('');
    for (const happened of ['peer joined', 'room placed', 'stream started', 'peer left']) {
      const lines = logged.filter((line) => line.includes(`"msg":"${happened}"`));
      expect(lines, happened).toHaveLength(1);
      expect(lines[0]).toContain(`"room":"${roomTag(roomId)}"`);
      if (happened !== 'room placed') expect(lines[0]).toContain(`"peer":"${peerId}"`);
    }
    const { roomIdKey, tokenKey } = deriveSecrets(TEST_SECRET);
    const secrets = [
      token,
      sessionToken,
      roomId,
      TEST_SECRET,
      'Lovelace',
      JOIN_KEY,
      JOIN_HASH,
      '/api/rooms',
      ...[roomIdKey, tokenKey].flatMap((key) => [key.toString('hex'), key.toString('base64url')]),
      iceParameters.password,
      iceParameters.usernameFragment,
      ...dtlsParameters.fingerprints.map(({ value }) => value),
      ...token.split('.').slice(1),
    ];
    for (const secret of secrets) expect(text).not.toContain(secret);
  });
});
