// The server as a process: how it starts, how it ends, and what a restart does to the people in it.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CLOSE } from '../src/protocol/index.ts';
import { MEDIA_SECRET, startMediaProcess } from './support/media-process.ts';
import { createRoom } from './support/rooms.ts';
import { startServer } from './support/server-process.ts';
import { TestClient } from './support/test-client.ts';

const dataDir = (): string => mkdtempSync(join(tmpdir(), 'sotto-data-'));

const childrenOf = (pid: number | undefined): string =>
  execFileSync('sh', ['-c', `cat /proc/${pid}/task/*/children`])
    .toString()
    .trim();

it('L5 SIGTERM: sockets are told, workers end, the process exits with 0', async () => {
  const server = await startServer({ DATA_DIR: dataDir(), MEDIA_WORKERS: '2' });
  const ada = await TestClient.join(server.url, await createRoom(server.url));
  await ada.placed();
  const workers = childrenOf(server.process.pid).split(' ');
  expect(workers).toHaveLength(2);
  const exit = server.end('SIGTERM');
  expect(await ada.closed()).toBe(CLOSE.draining);
  expect(await exit).toBe(0);
  for (const pid of workers) expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
  expect(server.output()).not.toContain('media worker died');
});

it('L5 a socket that answers nothing does not hold up the end', async () => {
  const server = await startServer({ DATA_DIR: dataDir(), MEDIA_WORKERS: '1' });
  const { host, port } = new URL(server.url);
  const deaf = connect(Number(port), '127.0.0.1');
  const headers = [
    'GET /ws HTTP/1.1',
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  ];
  deaf.write(`${headers.join('\r\n')}\r\n\r\n`);
  await once(deaf, 'data');
  deaf.on('error', () => undefined);
  expect(await server.end('SIGTERM')).toBe(0);
  deaf.destroy();
});

it('J5 killed and started again with the same DATA_DIR: the same peers join again', async () => {
  const settings = { DATA_DIR: dataDir(), MEDIA_WORKERS: '1' };
  const before = await startServer(settings);
  const roomId = await createRoom(before.url);
  const ada = await TestClient.join(before.url, roomId);
  const bob = await TestClient.join(before.url, roomId);
  const secret = join(settings.DATA_DIR, 'jwt-secret');
  expect(statSync(secret).mode & 0o777).toBe(0o600);
  await before.end('SIGKILL');
  await ada.closed();

  const after = await startServer({ ...settings, PORT: new URL(before.url).port });
  for (const old of [ada, bob]) {
    const back = await TestClient.connect(after.url);
    await expect(back.resume(old)).rejects.toMatchObject({ code: 'room-reset' });
    const joined = await back.join(old.session.sessionToken);
    expect(joined.peerId).toBe(old.peerId);
    expect(joined.room.position.incarnation).not.toBe(old.at.incarnation);
    await back.placed();
  }
  expect(await after.end('SIGTERM')).toBe(0);
});

it('C1 T1 calls are automatic unless it is said, and TURN servers are told with the join', async () => {
  const settings = {
    DATA_DIR: dataDir(),
    MEDIA_WORKERS: '1',
    // Set but empty, as not set at all.
    CALL_MODE: '',
    TURN_URLS: 'turn:turn.example.org',
    TURN_SECRET: 'shared with coturn and nobody else at all',
    TURN_TTL: '60',
  };
  const server = await startServer(settings);
  const ada = await TestClient.join(server.url, await createRoom(server.url));
  expect(ada.session.room.mode).toEqual({ type: 'p2p', standby: false, arrived: [] });
  const { iceServers, expiresInSeconds } = ada.session.ice;
  expect(iceServers[0]).toMatchObject({ urls: ['turn:turn.example.org'] });
  expect(iceServers[0]?.username).toMatch(new RegExp(`^\\d+:${ada.peerId}$`));
  expect(expiresInSeconds).toBe(60);
  expect(server.output()).not.toContain(settings.TURN_SECRET);
  expect(await server.end('SIGTERM')).toBe(0);
});

it('names every wrong setting at once and exits with 1', async () => {
  const server = await startServer(
    { PORT: '99999', LOG_LEVEL: 'loud', TLS_CERT_FILE: '/nowhere' },
    { ready: false },
  );
  await expect.poll(() => server.process.exitCode, { timeout: 20_000 }).toBe(1);
  for (const name of ['PORT', 'LOG_LEVEL', 'TLS_CERT_FILE'])
    expect(server.output()).toContain(name);
});

it('says which port is taken', async () => {
  const first = await startServer({ DATA_DIR: dataDir(), MEDIA_WORKERS: '1' });
  const second = await startServer(
    { DATA_DIR: dataDir(), MEDIA_WORKERS: '1', PORT: new URL(first.url).port },
    { ready: false },
  );
  await expect.poll(() => second.process.exitCode, { timeout: 20_000 }).toBe(1);
  expect(second.output()).toContain('EADDRINUSE');
  await first.end('SIGTERM');
});

/** 0 while nobody listens. */
const readiness = (url: string): Promise<number> =>
  fetch(`${url}/readyz`).then(
    ({ status }) => status,
    () => 0,
  );

it('M11 media in a process of its own: ready when it is reached, and both end with 0', async () => {
  const media = await startMediaProcess();
  const settings = { DATA_DIR: dataDir(), MEDIA_URL: media.url, MEDIA_SECRET };
  const server = await startServer(settings);
  const ada = await TestClient.join(server.url, await createRoom(server.url));
  const placement = await ada.placed();
  const transport = await ada.request('open-transport', { direction: 'send', placement });
  expect(transport.id).not.toBe('');
  expect(childrenOf(server.process.pid)).toBe('');
  expect(await media.end('SIGTERM')).toBe(0);
  await expect.poll(() => readiness(server.url)).toBe(503);
  expect(await server.end('SIGTERM')).toBe(0);
  expect(server.output() + media.output()).not.toContain(MEDIA_SECRET);
});

it('M11 a media node with another secret is never reached, and it is said why', async () => {
  const media = await startMediaProcess();
  const settings = { MEDIA_URL: media.url, MEDIA_SECRET: 'x'.repeat(32), DATA_DIR: dataDir() };
  const server = await startServer(settings, { ready: false });
  await expect.poll(() => server.output(), { timeout: 20_000 }).toContain('401');
  await expect.poll(() => readiness(server.url), { timeout: 20_000 }).toBe(503);
  expect(await server.end('SIGTERM')).toBe(0);
  await media.end('SIGTERM');
});
