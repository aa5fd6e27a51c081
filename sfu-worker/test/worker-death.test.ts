import { createSocket, type Socket } from 'node:dgram';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workerBin } from 'mediasoup';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { MediaServer } from '../src/media-server.ts';
import type { MediaEvent } from '../src/protocol.ts';
import { eventually } from './support/eventually.ts';
import { freePort } from './support/free-port.ts';
import {
  describeOver,
  openRoom,
  type Over,
  rejection,
  startServer,
  times,
} from './support/media-world.ts';

const servers: MediaServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const start = async (over: Over, options: Parameters<typeof startServer>[1]) => {
  const server = await startServer(over, options);
  servers.push(server);
  const lost: MediaEvent[] = [];
  server.watch((event) => {
    if (event.type === 'room-lost') lost.push(event);
  });
  return { server, lost };
};

const kill = (server: MediaServer, worker: number): void => {
  const pid = server.workerPids()[worker];
  if (pid === undefined) throw new Error('no such worker');
  process.kill(pid, 'SIGKILL');
};

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const alive = (server: MediaServer) => server.load().map((load) => load.alive);

describeOver((over) => {
  it('when a worker dies, its rooms are lost, the others go on, and it is replaced', async () => {
    const { server, lost } = await start(over, { workers: 2, rtcPortBase: 0 });
    const [one, two, other] = [
      await openRoom(server, { placement: 5 }),
      await openRoom(server),
      await openRoom(server, { worker: 1 }),
    ];
    const peer = one.peer();
    await peer.openSend();
    const survivor = other.peer();
    const survivingTransport = await survivor.openSend();

    kill(server, 0);
    await expect.poll(() => lost).toHaveLength(2);
    expect(lost).toEqual([
      { type: 'room-lost', ...one.key },
      { type: 'room-lost', ...two.key },
    ]);
    await expect(peer.openSend()).rejects.toEqual(rejection('stale-placement'));
    expect(await survivor.openSend()).toBe(survivingTransport);
    await survivor.produce('mic');

    await expect.poll(() => alive(server)).toEqual([true, true]);
    expect(server.load().map(({ rooms }) => rooms)).toEqual([0, 1]);
    const again = await openRoom(server, { ...one.key, placement: 6 });
    const returned = again.peer(peer.key.peerId);
    await returned.openSend();
    await returned.produce('mic');
    await openRoom(server, two.key);
    expect(lost).toHaveLength(2);
  });

  it('when a worker dies, no call hangs, and a room cannot be made there until it is replaced', async () => {
    const { server } = await start(over, { workers: 1, rtcPortBase: 0 });
    const room = await openRoom(server);
    const refused = new Promise((resolve) => {
      server.watch(({ type }) => {
        if (type !== 'room-lost') return;
        expect(alive(server)).toEqual([false]);
        server.ensureRoom({ ...room.key, worker: 0 }).catch(resolve);
      });
    });
    const calls = times(20, async () => room.peer().openSend());
    kill(server, 0);
    for (const call of await Promise.allSettled(calls)) {
      if (call.status === 'rejected') expect(call.reason).toEqual(rejection('stale-placement'));
    }
    expect(await refused).toEqual(rejection('unavailable'));
    await expect.poll(() => alive(server)).toEqual([true]);
  });
});

/** What runs in place of a worker: it says nothing for as long as the file is there. */
const hangingAfterwards = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sotto-test-'));
  const [script, hanging] = [join(folder, 'worker'), join(folder, 'hanging')];
  const text = `#!/bin/sh\necho $$ >> ${folder}/pids\n[ -e ${hanging} ] && exec sleep 600\nexec ${workerBin} "$@"\n`;
  await writeFile(script, text, { mode: 0o755 });
  const pids = async () => (await readFile(join(folder, 'pids'), 'utf8')).trim().split('\n');
  onTestFinished(() => rm(folder, { recursive: true }));
  return { workerBin: script, hanging, pids };
};

describe('a worker that hangs while it starts', () => {
  it('M18 is killed and tried again, and another takes its place', async () => {
    const { hanging, pids, ...worker } = await hangingAfterwards();
    const { server } = await start('local', { ...worker, startTimeoutMs: 2_000 });
    await writeFile(hanging, '');
    kill(server, 0);
    await eventually(async () => (await pids()).length).toBeGreaterThan(2);
    expect(alive(server)).toEqual([false]);
    await rm(hanging);
    await eventually(() => alive(server)).toEqual([true]);
    await openRoom(server);
    const last = (await pids()).map(Number).filter(isRunning);
    expect(last).toEqual(server.workerPids());
  });

  it('M18 keeps no server from closing', async () => {
    const { hanging, pids, ...worker } = await hangingAfterwards();
    const { server } = await start('local', worker);
    await writeFile(hanging, '');
    kill(server, 0);
    await eventually(async () => (await pids()).length).toBe(2);
    await server.close();
    expect((await pids()).map(Number).filter(isRunning)).toEqual([]);
  });
});

// Where the port is taken at once: over a network the news comes after the worker.
it('when a worker dies, the next one has its port, also when that is taken for a while', async () => {
  const port = await freePort();
  const { server, lost } = await start('local', { workers: 1, rtcPortBase: port });
  const ports = async () => {
    const { key } = (await openRoom(server)).peer();
    const { iceCandidates } = await server.openTransport({ ...key, direction: 'send' });
    return new Set(iceCandidates.map((candidate) => candidate.port));
  };
  expect(await ports()).toEqual(new Set([port]));

  const taken = new Promise<Socket>((resolve) => {
    server.watch(() => {
      const thief = createSocket('udp4');
      thief.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(thief));
    });
  });
  kill(server, 0);
  const thief = await taken;
  expect(lost).toHaveLength(1);
  await expect(openRoom(server)).rejects.toEqual(rejection('unavailable'));
  thief.close();
  await expect.poll(() => alive(server), { timeout: 20_000 }).toEqual([true]);
  expect(await ports()).toEqual(new Set([port]));
});
