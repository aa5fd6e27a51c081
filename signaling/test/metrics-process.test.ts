// The figures of real processes, as Prometheus finds them: a server with its media in it, and one whose media
// is elsewhere, which tells of that it is connected and of no worker.
import { afterEach, expect, it } from 'vitest';
import { MEDIA_SECRET, type MediaProcess, startMediaProcess } from './support/media-process.ts';
import { scrape, valueOf } from './support/metrics-text.ts';
import { createRoom } from './support/rooms.ts';
import { freePort, type ServerProcess, startServer } from './support/server-process.ts';
import { TestClient } from './support/test-client.ts';

let server: ServerProcess | undefined;
let media: MediaProcess | undefined;

afterEach(async () => {
  await server?.end('SIGTERM');
  await media?.end('SIGTERM');
  server = undefined;
  media = undefined;
});

const JWT_SECRET = 'a secret of the tests, long enough';

it('O3 METRICS_PORT opens a listener of its own, with the media workers of the process', async () => {
  const port = String(await freePort());
  server = await startServer({ JWT_SECRET, METRICS_PORT: port, MEDIA_WORKERS: '1' });
  const client = await TestClient.join(server.url, await createRoom(server.url));
  const found = await scrape(`http://127.0.0.1:${port}/metrics`);
  expect(valueOf(found, 'sotto_peers')).toBe(1);
  expect(valueOf(found, 'sotto_media_worker_up', { worker: '0' })).toBe(1);
  expect(valueOf(found, 'process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(valueOf(found, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  client.goAway();
});

it('O3 a media node tells of its workers, and who uses it of the connection alone', async () => {
  const [mediaPort, port] = [String(await freePort()), String(await freePort())];
  media = await startMediaProcess({ METRICS_PORT: mediaPort });
  const settings = { JWT_SECRET, MEDIA_SECRET, MEDIA_URL: media.url, METRICS_PORT: port };
  server = await startServer(settings);
  const client = await TestClient.join(server.url, await createRoom(server.url));
  await client.placed();
  const ofMedia = await scrape(`http://127.0.0.1:${mediaPort}/metrics`);
  expect(valueOf(ofMedia, 'sotto_media_worker_up', { worker: '0' })).toBe(1);
  expect(valueOf(ofMedia, 'sotto_sockets')).toBeUndefined();
  const ofServer = await scrape(`http://127.0.0.1:${port}/metrics`);
  expect(valueOf(ofServer, 'sotto_media_node_connected', { node: '0' })).toBe(1);
  expect(valueOf(ofServer, 'sotto_peers')).toBe(1);
  expect(valueOf(ofServer, 'sotto_media_worker_up', { worker: '0' })).toBeUndefined();
  client.goAway();
});

it('O3 a wrong METRICS_PORT is named, and a taken one ends the process with a word', async () => {
  const wrong = await startServer({ JWT_SECRET, METRICS_PORT: 'many' }, { ready: false });
  await expect.poll(() => wrong.process.exitCode, { timeout: 30_000 }).toBe(1);
  expect(wrong.output()).toContain('METRICS_PORT');
  const port = String(await freePort());
  server = await startServer({ JWT_SECRET, METRICS_PORT: port, MEDIA_WORKERS: '1' });
  const settings = { JWT_SECRET, METRICS_PORT: port, MEDIA_WORKERS: '1' };
  const second = await startServer(settings, { ready: false });
  await expect.poll(() => second.process.exitCode, { timeout: 30_000 }).toBe(1);
  expect(second.output()).toContain('EADDRINUSE');
});
