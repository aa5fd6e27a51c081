// HTTPS and WSS by the server itself, with a certificate made for the test.
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { freePort, startServer } from './support/server-process.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

const makeCertificate = (folder: string) => {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const made = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2';
  const named = '-subj /CN=localhost -addext subjectAltName=DNS:localhost';
  const args = `${made} ${named}`.split(' ');
  execFileSync('openssl', [...args, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { cert, key };
};

const get = async (url: string, ca: string): Promise<IncomingMessage> => {
  const asked = request(url, { ca });
  asked.end();
  const [response] = await once(asked, 'response');
  return response;
};

it.skipIf(!hasOpenssl)('serves HTTPS and WSS with TLS_CERT_FILE and TLS_KEY_FILE', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-tls-'));
  const { cert, key } = makeCertificate(folder);
  const ca = readFileSync(cert, 'utf8');
  const port = String(await freePort());
  const server = await startServer(
    { TLS_CERT_FILE: cert, TLS_KEY_FILE: key, DATA_DIR: folder, PORT: port, MEDIA_WORKERS: '1' },
    { ready: false },
  );
  try {
    const origin = `https://localhost:${port}`;
    const ready = async () => (await get(`${origin}/readyz`, ca)).statusCode;
    await expect.poll(() => ready().catch(() => null), { timeout: 30_000 }).toBe(200);
    const { headers } = await get(`${origin}/livez`, ca);
    expect(headers['strict-transport-security']).toContain('max-age=');

    const socket = new WebSocket(`wss://localhost:${port}/ws`, { ca, origin });
    await once(socket, 'open');
    socket.send(JSON.stringify({ id: 1, method: 'heartbeat', data: {} }));
    const [answer] = await once(socket, 'message');
    expect(JSON.parse(String(answer))).toMatchObject({ id: 1, ok: true });
    socket.close();
  } finally {
    expect(await server.end('SIGTERM')).toBe(0);
  }
});

it.skipIf(!hasOpenssl)('refuses to start with a key of another certificate', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-tls-'));
  const { cert } = makeCertificate(folder);
  const { key } = makeCertificate(mkdtempSync(join(tmpdir(), 'sotto-tls-')));
  const server = await startServer({ TLS_CERT_FILE: cert, TLS_KEY_FILE: key }, { ready: false });
  await expect.poll(() => server.process.exitCode, { timeout: 20_000 }).toBe(1);
  expect(server.output()).toContain('TLS_CERT_FILE');
});
