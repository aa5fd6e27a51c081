// Media nodes as processes that are really killed while clients hold transports on them (PROTOCOL M8, M14).
import { afterEach, describe, expect, it } from 'vitest';
import { PLACE_RETRY_MS } from '../../src/rooms/call-modes.ts';
import { GONE_AFTER_MS } from '../../src/media/node-lives.ts';
import { type MediaProcess, startMediaProcess } from '../support/media-process.ts';
import { consume, count, openReceive, openSend, produceMic } from '../support/media-steps.ts';
import { type RemoteWorld, startRemoteWorld } from '../support/remote-world.ts';
import { Refused, type TestClient } from '../support/test-client.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

const media = async (settings: Record<string, string> = {}): Promise<MediaProcess> => {
  const process = await startMediaProcess(settings);
  endings.push(() => process.end('SIGKILL'));
  return process;
};

const world = async (apps: number, ...processes: readonly MediaProcess[]): Promise<RemoteWorld> => {
  const started = await startRemoteWorld({ apps, mediaUrls: processes.map(({ url }) => url) });
  endings.push(() => started.close());
  await started.connected();
  return started;
};

/** Waits for a placement after this one; time passes for the rooms that wait for a home. */
const placedAfter = async (
  { pass }: RemoteWorld,
  before: number,
  clients: readonly TestClient[],
): Promise<void> => {
  const placements = async () => {
    await pass(PLACE_RETRY_MS, clients);
    return clients.every(({ placement }) => placement > before);
  };
  await expect.poll(placements, { timeout: 20_000 }).toBe(true);
};

describe.each([1, 2])('over %i apps:', (apps) => {
  it('M14 a media process that was killed and started anew: told once, placed once, and it works', async () => {
    const former = await media();
    const here = await world(apps, former);
    const roomId = await here.newRoom();
    const [ada, bob] = [await here.join(roomId), await here.join(roomId)];
    await produceMic(ada);
    await openReceive(bob);
    const before = ada.placement;
    const { home } = await here.record(roomId);
    const placedBefore = [ada, bob].map((client) => count(client, 'room-placed'));

    await former.end('SIGKILL');
    await here.connected(false);
    expect(count(bob, 'media-lost')).toBe(0);
    await media({ MEDIA_PORT: String(former.port) });
    await here.connected();
    expect((await bob.heard('media-lost')).data.placement).toBe(before);
    await placedAfter(here, before, [ada, bob]);
    expect(ada.placement).toBe(bob.placement);
    expect((await here.record(roomId)).home?.nodeId).not.toBe(home?.nodeId);

    const producerId = await produceMic(ada);
    expect(await consume(bob, producerId)).toBe(1);
    for (const client of [ada, bob]) await client.request('read-room', {});
    expect([ada, bob].map((client) => count(client, 'media-lost'))).toEqual([1, 1]);
    expect([ada, bob].map((client) => count(client, 'room-placed'))).toEqual(
      placedBefore.map((told) => told + 1),
    );
  });

  it('M14 who joins or resumes finds that the home is gone', async () => {
    const former = await media();
    const here = await world(apps, former);
    const roomId = await here.newRoom();
    const ada = await here.join(roomId);
    const before = await ada.placed();
    ada.cut();
    // A record that says so, and nobody who would hear of the end.
    await expect
      .poll(async () => (await here.record(roomId)).peers.every(({ connected }) => !connected))
      .toBe(true);
    await former.end('SIGKILL');
    await here.connected(false);
    await media({ MEDIA_PORT: String(former.port) });
    await here.connected();
    const bob = await here.join(roomId);
    await placedAfter(here, before, [bob]);
    expect(await openSend(bob)).not.toBe('');
  });

  it('M15 a media process that stays away: its rooms move to another, and only then', async () => {
    const processes = [await media(), await media()];
    const here = await world(apps, ...processes);
    const roomId = await here.newRoom();
    const [ada, bob] = [await here.join(roomId), await here.join(roomId)];
    await produceMic(ada);
    const before = ada.placement;
    const { home } = await here.record(roomId);
    const index = here.nodes[0]?.findIndex(({ nodeId }) => nodeId === home?.nodeId) ?? -1;
    await processes[index]?.end('SIGKILL');
    await expect
      .poll(() => here.nodes.every((nodes) => nodes[index]?.isConnected() === false))
      .toBe(true);
    await here.pass(GONE_AFTER_MS - 1, [ada, bob]);
    for (const client of [ada, bob]) await client.request('read-room', {});
    expect(count(bob, 'media-lost')).toBe(0);
    await here.pass(1, [ada, bob]);
    await bob.heard('media-lost');
    await placedAfter(here, before, [ada, bob]);
    expect((await here.record(roomId)).home?.nodeId).not.toBe(home?.nodeId);
    const producerId = await produceMic(ada);
    expect(await consume(bob, producerId)).toBe(1);
    expect([ada, bob].map((client) => count(client, 'media-lost'))).toEqual([1, 1]);
  });
});

it('M15 with no other node nothing is given up: a call waits for a while, then says so', async () => {
  const only = await media();
  const here = await world(1, only);
  const roomId = await here.newRoom();
  const ada = await here.join(roomId);
  const placement = await ada.placed();
  await only.end('SIGKILL');
  await here.connected(false);
  const opened = ada.request('open-transport', { direction: 'send', placement });
  let code = '';
  opened.catch((error: unknown) => {
    code = error instanceof Refused ? error.code : 'none';
  });
  const answered = () => {
    here.clock.advance(1_000);
    return code;
  };
  await expect.poll(answered).toBe('media-unavailable');
  await here.pass(GONE_AFTER_MS * 10, [ada]);
  expect(count(ada, 'media-lost')).toBe(0);
  expect((await here.record(roomId)).placement).toBe(placement);
});

it('M11 a media process ends cleanly at SIGTERM, and says every wrong setting at once', async () => {
  const process = await media();
  const here = await world(1, process);
  expect(await process.end('SIGTERM')).toBe(0);
  expect(process.output()).toContain('"msg":"closed"');
  expect(process.output()).not.toContain('media worker died');
  await here.connected(false);

  const wrong = await startMediaProcess(
    { MEDIA_SECRET: 'short', MEDIA_HOST: '', MEDIA_WORKERS: '0', LOG_LEVEL: 'loud' },
    { ready: false },
  );
  endings.push(() => wrong.end('SIGKILL'));
  await expect.poll(() => wrong.output(), { timeout: 20_000 }).toContain('LOG_LEVEL');
  for (const name of ['MEDIA_SECRET', 'MEDIA_WORKERS']) expect(wrong.output()).toContain(name);
});

it('M11 a media process says which port is taken, and leaves no worker behind', async () => {
  const first = await media();
  const second = await startMediaProcess({ MEDIA_PORT: String(first.port) }, { ready: false });
  await expect.poll(() => second.output(), { timeout: 20_000 }).toContain('EADDRINUSE');
  expect(await second.end('SIGCONT')).toBe(1);
});
