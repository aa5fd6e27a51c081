// What Prometheus' own checker says of the figures of real processes. Its package is large, and it changes
// nothing that metrics.test.ts does not hold, so it is looked at in the long tests.
import { spawnSync } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { MEDIA_SECRET, type MediaProcess, startMediaProcess } from './support/media-process.ts';
import { scrape } from './support/metrics-text.ts';
import { createRoom } from './support/rooms.ts';
import { freePort, type ServerProcess, startServer } from './support/server-process.ts';
import { TestClient } from './support/test-client.ts';

const PROMTOOL = process.env['SOTTO_PROMTOOL'] ?? '/usr/bin/promtool';

let server: ServerProcess | undefined;
let media: MediaProcess | undefined;

afterEach(async () => {
  await server?.end('SIGTERM');
  await media?.end('SIGTERM');
});

it('O4 promtool finds nothing wrong with what either process tells', async () => {
  const ports = [String(await freePort()), String(await freePort())] as const;
  media = await startMediaProcess({ METRICS_PORT: ports[0] });
  server = await startServer({
    JWT_SECRET: 'a secret of the tests, long enough',
    MEDIA_SECRET,
    MEDIA_URL: media.url,
    METRICS_PORT: ports[1],
  });
  const client = await TestClient.join(server.url, await createRoom(server.url));
  await client.placed();
  for (const port of ports) {
    const { text } = await scrape(`http://127.0.0.1:${port}/metrics`);
    const checked = spawnSync(PROMTOOL, ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect(checked.error).toBeUndefined();
    expect(checked.stdout + checked.stderr).toBe('');
    expect(checked.status).toBe(0);
  }
  client.goAway();
});
