import { createSocket } from 'node:dgram';
import { once, type EventEmitter } from 'node:events';
import { observer } from 'mediasoup';
import type { types } from 'mediasoup';
import { describe, expect, it } from 'vitest';
import { createMediaServer } from '../src/media-server.ts';
import { freePort } from './support/free-port.ts';
import {
  describeOver,
  newId,
  openRoom,
  rejection,
  SILENT,
  startMediaWorld,
  startServer,
} from './support/media-world.ts';

const OPTIONS = { nodeId: 'n1', workers: 1, rtcPortBase: 0, log: SILENT };

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const signalListeners = () => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');

describe('a media server', () => {
  it('leaves it to the process what a signal means', async () => {
    const before = signalListeners();
    const server = await createMediaServer({ ...OPTIONS, workers: 2 });
    expect(signalListeners()).toBe(before);
    await server.close();
    expect(signalListeners()).toBe(before);
  });

  it('says which port is taken, and leaves no process behind', async () => {
    const port = await freePort();
    const taken = createSocket('udp4').bind({ port, address: '127.0.0.1', exclusive: true });
    await once(taken, 'listening');
    const workers: types.Worker[] = [];
    const count = (worker: types.Worker) => workers.push(worker);
    observer.on('newworker', count);
    const started = createMediaServer({ ...OPTIONS, workers: 2, rtcPortBase: port - 1 });
    await expect(started).rejects.toEqual(rejection('unavailable'));
    await expect(started).rejects.toThrow(new RegExp(`port ${port} .*RTC_PORT_BASE`));
    observer.off('newworker', count);
    taken.close();
    expect(workers).toHaveLength(2);
    expect(workers.map(({ pid }) => pid).filter(isRunning)).toEqual([]);
  });

  it('says that the worker program cannot run', async () => {
    const started = createMediaServer({ ...OPTIONS, workerBin: '/nowhere/mediasoup-worker' });
    await expect(started).rejects.toEqual(rejection('unavailable'));
    await expect(started).rejects.toThrow(/\/nowhere\/mediasoup-worker/);
  });
});

describeOver((over) => {
  it('closes once, with its processes, and takes no calls from then on', async () => {
    const { server } = await startMediaWorld(over, { workers: 2 });
    const { key } = await openRoom(server);
    const pids = server.workerPids();
    expect(pids).toHaveLength(2);
    await Promise.all([server.close(), server.close()]);
    await server.close();
    expect(pids.filter(isRunning)).toEqual([]);
    expect(server.load().filter(({ alive, rooms }) => alive || rooms > 0)).toEqual([]);
    await expect(server.ensureRoom({ ...key, worker: 0 })).rejects.toEqual(
      rejection('unavailable'),
    );
    await expect(
      server.openTransport({ ...key, peerId: newId(), direction: 'send' }),
    ).rejects.toEqual(rejection('unavailable'));
  });

  it('announces the address that it was given before its own', async () => {
    const server = await startServer(over, { announcedAddress: '203.0.113.9' });
    const { key } = (await openRoom(server)).peer();
    const { iceCandidates } = await server.openTransport({ ...key, direction: 'send' });
    const addresses = iceCandidates.map(({ address }) => address);
    expect(addresses.slice(0, 2)).toEqual(['203.0.113.9', '203.0.113.9']);
    expect(addresses).not.toContain('0.0.0.0');
    expect(addresses).not.toContain('127.0.0.1');
    expect(iceCandidates.every(({ port }) => port > 0)).toBe(true);
    await server.close();
  });

  it('tells each watcher once, until it has had enough', async () => {
    const world = await startMediaWorld(over);
    const { server, made } = world;
    const heard: string[] = [];
    const first = server.watch(() => {
      heard.push('first');
      throw new Error('a watcher of its own kind');
    });
    server.watch(() => heard.push('second'));
    await openRoom(server);
    const levels: EventEmitter | undefined = made.levelObservers.at(-1);
    levels?.emit('silence');
    await expect.poll(() => heard).toEqual(['first', 'second']);
    first();
    levels?.emit('silence');
    await expect.poll(() => heard).toEqual(['first', 'second', 'second']);
    await world.close();
  });
});
