// `npm run cluster` behind its set-up: people meet through HAProxy and at either node, and nothing of it
// stays when it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openSend } from '../../signaling/test/support/media-steps.ts';
import { createRoom, fetchToken } from '../../signaling/test/support/rooms.ts';
import { TestClient } from '../../signaling/test/support/test-client.ts';
import { findTool } from '../src/tools.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

const STAT = /^(\d+) \(.*\) \S (\d+)/s;

/** Of all processes here. */
const parents = (): ReadonlyMap<number, number> =>
  new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid): [number, number][] => {
        try {
          const [, , parent] = STAT.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
          return parent === undefined ? [] : [[Number(pid), Number(parent)]];
        } catch {
          return []; // It ended meanwhile.
        }
      }),
  );

const descendantsOf = (pid: number): readonly number[] => {
  const all = parents();
  const below = (parent: number): number[] =>
    [...all].filter(([, itsParent]) => itsParent === parent).flatMap(([c]) => [c, ...below(c)]);
  return below(pid);
};

const nameOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const areOver = async (pids: readonly number[]): Promise<void> => {
  await expect.poll(() => pids.filter(isAlive), { timeout: 30_000 }).toEqual([]);
};

/** Of these tests alone: others may run clusters too. */
const temporary = mkdtempSync(join(tmpdir(), 'sotto-test-'));
afterAll(() => rmSync(temporary, { recursive: true }));
const folders = (): readonly string[] => readdirSync(temporary);

const hasTools =
  findTool('SOTTO_REDIS_SERVER') !== undefined && findTool('SOTTO_HAPROXY') !== undefined;

describe.skipIf(!hasTools)('a cluster', () => {
  let child: ChildProcess;
  let output = '';
  afterEach(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  });

  /** `detached`: a process group of its own, as a shell makes for what runs in a terminal. */
  const start = async (detached = false): Promise<void> => {
    output = '';
    child = spawn(process.execPath, [MAIN], {
      detached,
      env: {
        ...process.env,
        TMPDIR: temporary,
        PORT: '0',
        HOST: '127.0.0.1',
        RTC_PORT_BASE: '0',
        MEDIA_WORKERS: '1',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
    await expect
      .poll(() => child.exitCode !== null || /ready: http/.test(output), { timeout: 60_000 })
      .toBe(true);
    expect(child.exitCode, output).toBeNull();
  };

  /** Of the process that was started last under that name. */
  const pidOf = (name: string): number =>
    Number([...output.matchAll(new RegExp(`^${name} +\\| process (\\d+)$`, 'gm'))].at(-1)?.[1]);

  const urlOf = (name: string): string => {
    const [, url] = new RegExp(`^${name} +\\| (?:ready: )?(http\\S+)$`, 'm').exec(output) ?? [];
    if (url === undefined) throw new Error(`no URL of ${name}:\n${output}`);
    return url;
  };

  it('J1 L5 people meet at either node and through the proxy, and SIGINT ends all of it', async () => {
    const before = folders();
    await start();
    const proxy = urlOf('haproxy');
    const roomId = await createRoom(proxy);
    const ada = await TestClient.join(urlOf('signaling-1'), roomId);
    const bob = await TestClient.join(urlOf('signaling-2'), roomId);
    const carol = await TestClient.join(proxy, roomId);
    await carol.placed();
    await carol.request('set-stream', { source: 'mic', on: true });
    for (const other of [ada, bob]) {
      expect((await other.heard('stream-changed')).data.peerId).toBe(carol.peerId);
    }
    expect(ada.names().filter((name) => name === 'peer-joined')).toHaveLength(2);

    const pids = descendantsOf(child.pid ?? 0);
    const names = pids.map(nameOf);
    const tools = names.filter((name) =>
      ['haproxy', 'mediasoup-worke', 'redis-server'].includes(name),
    );
    expect(tools.toSorted()).toEqual([
      'haproxy',
      'mediasoup-worke',
      'mediasoup-worke',
      'redis-server',
    ]);
    for (const name of ['media-1', 'media-2']) expect(pids).toContain(pidOf(name));
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    await exited;
    expect(child.exitCode, output).toBe(0);
    await areOver(pids);
    expect(folders()).toEqual(before);
    expect(output).not.toContain('unexpectedly');
  });

  it('SIGINT for all of its processes, as Ctrl-C sends it, ends them and starts none again', async () => {
    const before = folders();
    await start(true);
    const pid = child.pid ?? 0;
    const pids = descendantsOf(pid);
    const exited = once(child, 'exit');
    process.kill(-pid, 'SIGINT');
    await exited;
    expect(child.exitCode, output).toBe(0);
    await areOver(pids);
    expect(descendantsOf(pid)).toEqual([]);
    expect(folders()).toEqual(before);
    expect(output).not.toContain('unexpectedly');
  });

  it('S4 while Redis is silent the proxy still leads to a node, which says what is the matter', async () => {
    await start();
    const proxy = urlOf('haproxy');
    const roomId = await createRoom(proxy);
    const token = await fetchToken(proxy, roomId);
    const ada = await TestClient.join(proxy, roomId);
    const pids = descendantsOf(child.pid ?? 0);
    const redis = pids.find((pid) => nameOf(pid) === 'redis-server') ?? 0;
    process.kill(redis, 'SIGSTOP');
    const isReady = async (): Promise<boolean> => (await fetch(`${proxy}/readyz`)).ok;
    await expect.poll(isReady, { timeout: 60_000 }).toBe(false);
    await ada.request('heartbeat', {});
    // Both nodes are left out as not ready by now, or are about to be.
    await expect.poll(() => output, { timeout: 60_000 }).toContain('backend ready has no server');
    const bob = await TestClient.connect(proxy);
    await expect(bob.join(token)).rejects.toMatchObject({ code: 'unavailable' });
    process.kill(redis, 'SIGCONT');
    await expect.poll(isReady, { timeout: 60_000 }).toBe(true);
    await bob.join(token);
    expect((await ada.heard('peer-joined')).data.peer.peerId).toBe(bob.peerId);
  });

  it('J5 a signaling node that is killed is started again, and its people have gone elsewhere', async () => {
    await start();
    const roomId = await createRoom(urlOf('haproxy'));
    const ada = await TestClient.join(urlOf('signaling-1'), roomId);
    const killed = pidOf('signaling-1');
    process.kill(killed, 'SIGKILL');
    await expect.poll(() => ada.closeCode, { timeout: 30_000 }).not.toBeNull();
    const again = await TestClient.connect(urlOf('signaling-2'));
    expect((await again.resume(ada)).kind).toBe('events');
    await expect.poll(() => pidOf('signaling-1'), { timeout: 60_000 }).not.toBe(killed);
    expect(output).toContain('ended unexpectedly (SIGKILL): it is started again');
    const bob = await TestClient.join(urlOf('signaling-1'), roomId);
    expect((await again.heard('peer-joined')).data.peer.peerId).toBe(bob.peerId);
  });

  it('M16 a media node that is killed is started again, and its room is at another by then', async () => {
    await start();
    const roomId = await createRoom(urlOf('haproxy'));
    const ada = await TestClient.join(urlOf('signaling-1'), roomId);
    const bob = await TestClient.join(urlOf('signaling-2'), roomId);
    const carol = await TestClient.join(urlOf('haproxy'), roomId);
    await openSend(ada);
    const before = ada.placement;
    const media = ['media-1', 'media-2'].map((name) => ({ name, pid: pidOf(name) }));
    // Whoever has the room is one of them: each is killed, and waited for.
    for (const { name, pid } of media) {
      process.kill(pid, 'SIGKILL');
      await expect.poll(() => pidOf(name), { timeout: 60_000 }).not.toBe(pid);
      expect(output).toContain(
        `${name.padEnd(11)} | ended unexpectedly (SIGKILL): it is started again`,
      );
    }
    for (const client of [ada, bob, carol]) {
      await expect.poll(() => client.placement, { timeout: 60_000 }).toBeGreaterThan(before);
    }
    await openSend(ada);
    expect(ada.closeCode).toBeNull();
  });

  it.skipIf(findTool('SOTTO_SETPRIV') === undefined)(
    'ends with its process, however that ends',
    async () => {
      const before = folders();
      await start();
      const pids = descendantsOf(child.pid ?? 0);
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      await areOver(pids);
      // Nobody was left to remove it.
      for (const name of folders().filter((folder) => !before.includes(folder))) {
        rmSync(join(temporary, name), { recursive: true });
      }
    },
  );

  it('one process that the others need ends them too', async () => {
    const before = folders();
    await start();
    const pids = descendantsOf(child.pid ?? 0);
    const redis = pids.find((pid) => nameOf(pid) === 'redis-server');
    const exited = once(child, 'exit');
    process.kill(redis ?? 0, 'SIGKILL');
    await exited;
    expect(child.exitCode, output).toBe(1);
    expect(output).toContain('redis       | ended unexpectedly (SIGKILL): all others are ended');
    await areOver(pids);
    expect(folders()).toEqual(before);
  });
});
