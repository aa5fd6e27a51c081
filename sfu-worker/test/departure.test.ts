// How the process of a media node ends: by a signal or an order, once its rooms have gone (PROTOCOL M18).
import { afterEach, expect, it } from 'vitest';
import type { RemoteMediaNode } from '../src/remote-media-node.ts';
import {
  killMediaProcesses,
  startMediaProcess,
  type MediaProcess,
} from './support/media-process.ts';
import { openRoom, rejection } from './support/media-world.ts';

const nodes: RemoteMediaNode[] = [];
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
  await killMediaProcesses();
});

/** With one room, which somebody of signaling is connected for. */
const startWithRoom = async (settings: Record<string, string> = {}) => {
  const media = await startMediaProcess(settings);
  const node = await media.connect();
  nodes.push(node);
  const room = await openRoom(node);
  await room.peer().openSend();
  return { media, node, room };
};

const isDraining = (node: RemoteMediaNode) => node.load().map(({ draining }) => draining);
const whyItEnded = (media: MediaProcess) => /"why":"([a-z]+)"/.exec(media.output())?.[1];

it('M18 a node that is told to end by a signal lives until its last room has gone', async () => {
  const { media, node, room } = await startWithRoom();
  media.signal('SIGTERM');
  await expect.poll(() => isDraining(node)).toEqual([true]);
  await expect(openRoom(node)).rejects.toEqual(rejection('unavailable'));
  await room.peer().openSend();
  expect(await media.isLive()).toBe(true);
  await node.closeRoom(room.key);
  expect(await media.exited).toBe(0);
  expect(whyItEnded(media)).toBe('empty');
  expect(media.output()).toContain('"closed"');
});

it('M18 an order to drain all of it does the same, and a signal then is the first one', async () => {
  const { media, node, room } = await startWithRoom();
  await node.drain({});
  media.signal('SIGTERM');
  await room.peer().openSend();
  expect(await media.isLive()).toBe(true);
  await node.closeRoom(room.key);
  expect(await media.exited).toBe(0);
  expect(whyItEnded(media)).toBe('empty');
});

it('M18 it ends when nobody is there any more who could move its rooms', async () => {
  const { media, node } = await startWithRoom();
  const other = await media.connect();
  nodes.push(other);
  await node.drain({});
  await node.close();
  await expect.poll(() => isDraining(other)).toEqual([true]);
  expect(await media.isLive()).toBe(true);
  await other.close();
  expect(await media.exited).toBe(0);
  expect(whyItEnded(media)).toBe('alone');
});

it('M18 it does not wait for longer than DRAIN_TIMEOUT', async () => {
  const { media, node } = await startWithRoom({ DRAIN_TIMEOUT: '1' });
  await node.drain({});
  expect(await media.exited).toBe(0);
  expect(whyItEnded(media)).toBe('timeout');
});

it('M18 nor at all when that is 0, or no room is there', async () => {
  const hasty = await startWithRoom({ DRAIN_TIMEOUT: '0' });
  hasty.media.signal('SIGINT');
  expect(await hasty.media.exited).toBe(0);
  expect(whyItEnded(hasty.media)).toBe('timeout');

  const empty = await startMediaProcess();
  nodes.push(await empty.connect());
  empty.signal('SIGTERM');
  expect(await empty.exited).toBe(0);
  expect(whyItEnded(empty)).toBe('empty');
});

it('M18 it can be told to end from the moment that it can be connected to', async () => {
  // The listener for metrics, which is given its port by itself, takes its time.
  const slow = `import { Server } from 'node:net';
    const { listen } = Server.prototype;
    Server.prototype.listen = function (...args) {
      if (typeof args[0] !== 'number') return listen.apply(this, args);
      setTimeout(() => listen.apply(this, args), 2_000);
      return this;
    };`;
  const { media, node, room } = await startWithRoom({
    METRICS_PORT: '0',
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(slow)}`,
  });
  await node.drain({});
  await node.closeRoom(room.key);
  expect(await media.exited).toBe(0);
  expect(whyItEnded(media)).toBe('empty');
});

it('M18 a second signal ends it at once', async () => {
  const { media, node } = await startWithRoom();
  media.signal('SIGTERM');
  await expect.poll(() => isDraining(node)).toEqual([true]);
  media.signal('SIGINT');
  expect(await media.exited).toBe(1);
  expect(whyItEnded(media)).toBeUndefined();
});
