// The way between signaling and a media node is cut for a while: nothing is lost, nothing is closed that a
// record names, and what left meanwhile is closed (PROTOCOL M12, M13, M15).
import { createMediaServer, type MediaServer } from '@sotto/sfu-worker';
import { afterEach, describe, expect, it } from 'vitest';
import {
  keepInventory,
  type MediaInventory,
} from '../../../sfu-worker/test/support/media-inventory.ts';
import { startRpcServer } from '../../../sfu-worker/src/rpc-server.ts';
import { GONE_AFTER_MS } from '../../src/media/node-lives.ts';
import { SILENT } from '../support/redis-stores.ts';
import { MEDIA_SECRET } from '../support/media-process.ts';
import { consume, count, openReceive, openSend, produceMic } from '../support/media-steps.ts';
import { type RemoteWorld, startRemoteWorld } from '../support/remote-world.ts';
import { NO_LIMITS } from '../support/scene-settings.ts';
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts';

interface Node {
  readonly media: MediaServer;
  readonly proxy: TcpProxy;
  readonly mediaUrl: string;
}

const endings: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

const startNode = async (nodeId: string): Promise<Node> => {
  const media = await createMediaServer({ nodeId, workers: 1, rtcPortBase: 0, log: SILENT });
  endings.push(() => media.close());
  const options = { server: media, secret: MEDIA_SECRET, host: '127.0.0.1', port: 0, log: SILENT };
  const rpc = await startRpcServer(options);
  endings.push(() => rpc.close());
  const proxy = await startProxy(rpc.port);
  endings.push(() => proxy.close());
  return { media, proxy, mediaUrl: `ws://127.0.0.1:${proxy.port}` };
};

const start = async (apps: number, ...names: readonly string[]) => {
  const made: MediaInventory = keepInventory();
  endings.push(() => made.stop());
  const nodes: Node[] = [];
  for (const name of names) nodes.push(await startNode(name));
  const here = await startRemoteWorld({ apps, mediaUrls: nodes.map(({ mediaUrl }) => mediaUrl) });
  endings.push(() => here.close());
  await here.connected();
  const [node] = nodes;
  if (node === undefined) throw new Error('no node');
  return { here, made, nodes, ...node };
};

const heldPeers = async (media: MediaServer): Promise<readonly string[]> =>
  (await media.heldRooms()).flatMap(({ peerIds }) => peerIds).toSorted();

const cutAll = async (here: RemoteWorld, proxy: TcpProxy): Promise<void> => {
  proxy.cut();
  await here.connected(false);
};

const healAll = async (here: RemoteWorld, proxy: TcpProxy): Promise<void> => {
  proxy.heal();
  await here.connected();
};

describe.each([1, 2])('over %i apps:', (apps) => {
  it('M13 nothing that a record names is lost or closed; what left meanwhile is closed', async () => {
    const { here, media, proxy } = await start(apps, 'n1');
    const roomId = await here.newRoom();
    const [ada, bob, carol] = [
      await here.join(roomId),
      await here.join(roomId),
      await here.join(roomId),
    ];
    const other = await here.newRoom();
    const dan = await here.join(other);
    const producerId = await produceMic(ada);
    const transport = await openReceive(bob);
    for (const client of [carol, dan]) await openSend(client);
    expect(await media.heldRooms()).toHaveLength(2);

    await cutAll(here, proxy);
    await carol.request('leave', {});
    await dan.request('leave', {});
    await bob.heard('peer-left');
    expect(await media.heldRooms()).toHaveLength(2);
    await healAll(here, proxy);

    await expect.poll(() => media.heldRooms()).toHaveLength(1);
    await expect.poll(() => heldPeers(media)).toEqual([ada.peerId, bob.peerId].toSorted());
    expect(await openReceive(bob)).toBe(transport);
    expect(await consume(bob, producerId)).toBe(1);
    expect(count(bob, 'media-lost') + count(ada, 'media-lost')).toBe(0);
  });

  it('M13 who is muted during the cut is muted on the node afterwards, and the other way', async () => {
    const { here, made, proxy } = await start(apps, 'n1');
    const roomId = await here.newRoom();
    const [ada, bob] = [await here.join(roomId), await here.join(roomId)];
    const muted = await produceMic(ada);
    const unmuted = await produceMic(bob);
    await bob.request('set-stream', { source: 'mic', on: false });
    const isPaused = (id: string) => made.producers.find((producer) => producer.id === id)?.paused;
    expect([isPaused(muted), isPaused(unmuted)]).toEqual([false, true]);
    await cutAll(here, proxy);
    await ada.request('set-stream', { source: 'mic', on: false });
    await bob.request('set-stream', { source: 'mic', on: true });
    expect([isPaused(muted), isPaused(unmuted)]).toEqual([false, true]);
    await healAll(here, proxy);
    await expect.poll(() => [isPaused(muted), isPaused(unmuted)]).toEqual([true, false]);
  });

  it('M13 a worker that died unheard: the room is told so and placed again, once', async () => {
    const { here, media, proxy } = await start(apps, 'n1');
    const roomId = await here.newRoom();
    const [ada, bob] = [await here.join(roomId), await here.join(roomId)];
    await produceMic(ada);
    const before = ada.placement;
    await cutAll(here, proxy);
    const [pid = 0] = media.workerPids();
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => media.workerPids().some((now) => now !== pid)).toBe(true);
    await healAll(here, proxy);
    await bob.heard('media-lost');
    await expect.poll(() => bob.placement).toBeGreaterThan(before);
    await expect.poll(() => ada.placement).toBe(bob.placement);
    expect(await consume(bob, await produceMic(ada))).toBe(1);
    for (const client of [ada, bob]) {
      await client.request('read-room', {});
      expect(count(client, 'media-lost')).toBe(1);
    }
  });

  it('M8 a call that the node knows no room for ends the placement, whoever finds out', async () => {
    const { here, media, proxy } = await start(apps, 'n1');
    const roomId = await here.newRoom();
    const [ada, bob] = [await here.join(roomId), await here.join(roomId)];
    await openReceive(bob);
    const { placement } = bob;
    await cutAll(here, proxy);
    const [pid = 0] = media.workerPids();
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => media.workerPids().some((now) => now !== pid)).toBe(true);
    await healAll(here, proxy);
    const request = { placement, view: {} };
    await expect(bob.request('view', request)).rejects.toMatchObject({
      code: 'stale-placement',
    });
    await ada.heard('media-lost');
    await expect.poll(() => ada.placement).toBeGreaterThan(placement);
    await expect.poll(() => bob.placement).toBe(ada.placement);
    expect(await openReceive(bob)).not.toBe('');
    expect(count(ada, 'media-lost')).toBe(1);
  });

  it('M15 a call during the cut waits for the node, and is made once', async () => {
    const { here, made, proxy } = await start(apps, 'n1');
    const roomId = await here.newRoom();
    const ada = await here.join(roomId);
    await produceMic(ada);
    const bob = await here.join(roomId);
    await cutAll(here, proxy);
    const before = made.transports.length;
    const opening = openReceive(bob);
    await healAll(here, proxy);
    expect(await opening).toBe(await openReceive(bob));
    expect(made.transports).toHaveLength(before + 1);
    expect(count(ada, 'media-lost')).toBe(0);
  });

  it('M15 a node that was given up closes what it held when it is back', async () => {
    const { here, nodes } = await start(apps, 'n1', 'n2');
    const roomId = await here.newRoom();
    const [ada, bob] = [await here.join(roomId), await here.join(roomId)];
    await produceMic(ada);
    const before = ada.placement;
    const { home } = await here.record(roomId);
    const index = home?.nodeId === 'n1' ? 0 : 1;
    const [given, other] = index === 0 ? nodes : nodes.toReversed();
    given?.proxy.cut();
    await expect
      .poll(() => here.nodes.every((each) => each[index]?.isConnected() === false))
      .toBe(true);
    await here.pass(GONE_AFTER_MS, [ada, bob]);
    await expect.poll(() => bob.placement).toBeGreaterThan(before);
    await expect.poll(() => ada.placement).toBe(bob.placement);
    await produceMic(ada);
    expect(await given?.media.heldRooms()).toHaveLength(1);
    given?.proxy.heal();
    await here.connected();
    await expect.poll(() => given?.media.heldRooms()).toEqual([]);
    expect(await other?.media.heldRooms()).toHaveLength(1);
    expect(count(bob, 'media-lost')).toBe(1);
  });
});

it('M12 what an earlier life of a room left on another node is closed with its first placement', async () => {
  const { here, nodes } = await start(1, 'n1', 'n2');
  const roomId = await here.newRoom();
  for (const { media } of nodes) {
    await media.ensureRoom({ roomId, placement: 5, worker: 0 });
  }
  const ada = await here.join(roomId);
  await openSend(ada);
  const held = async () => {
    const rooms = await Promise.all(nodes.map(({ media }) => media.heldRooms()));
    return rooms.flat().map(({ placement }) => placement);
  };
  await expect.poll(held).toEqual([ada.placement]);
});

it('M8 who calls where nothing was opened yet has the room placed again so often and no more', async () => {
  const { mediaUrl } = await startNode('n1');
  const limits = { ...NO_LIMITS, costly: { burst: 2, perSecond: 1 } };
  const here = await startRemoteWorld({ apps: 1, mediaUrls: [mediaUrl], limits });
  endings.push(() => here.close());
  await here.connected();
  const ada = await here.join(await here.newRoom());
  await ada.placed();
  for (let index = 0; index < 4; index += 1) {
    const before = ada.placement;
    const seen = ada.request('view', { placement: before, view: {} });
    await expect(seen).rejects.toMatchObject({ code: 'stale-placement' });
    if (index < 2) await expect.poll(() => ada.placement).toBeGreaterThan(before);
  }
  await ada.request('heartbeat', {});
  expect(count(ada, 'media-lost')).toBe(2);
});
