// What an address may ask for in a minute, at two real processes that share a Redis (PROTOCOL H5).
import { beforeEach, expect, it } from 'vitest';
import { describeProcesses } from '../support/harness.ts';
import type { ProcessScene } from '../support/process-scene.ts';
import { postRoom } from '../support/rooms.ts';

const ROOMS = 150;
const ALLOWED = 120;

describeProcesses('rates of an address', (getScene) => {
  let scene: ProcessScene;
  beforeEach(() => {
    scene = getScene();
  });

  const statuses = async (): Promise<readonly number[]> => {
    const answers = await Promise.all(
      Array.from({ length: ROOMS }, (_, index) => postRoom(scene.urls[index % 2] ?? '')),
    );
    return answers.map(({ status }) => status);
  };

  it('H5 hold for all nodes together', async () => {
    const found = await statuses();
    expect(found.filter((status) => status === 201)).toHaveLength(ALLOWED);
    expect(found.filter((status) => status === 429)).toHaveLength(ROOMS - ALLOWED);
  });

  it('H5 are of one kind of request each', async () => {
    const [url = ''] = scene.urls;
    const look = (): Promise<Response> => fetch(`${url}/api/rooms/${'A'.repeat(24)}`);
    await Promise.all(Array.from({ length: ALLOWED }, look));
    expect((await postRoom(url)).status).toBe(201);
  });

  it('H5 keep nobody out while the store is away', async () => {
    await scene.redis.kill();
    const found = await statuses();
    expect(found.filter((status) => status === 201)).toHaveLength(ROOMS);
    await scene.redis.restart();
  });
});
