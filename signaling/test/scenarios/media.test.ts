// Media negotiation through the signaling server to a real mediasoup worker (PROTOCOL M).
import { expect, it } from 'vitest';
import { micParameters, camParameters } from '../../../sfu-worker/test/rtp-fixtures.ts';
import { OFFERED_CAPABILITIES } from '../../src/media/offered-capabilities.ts';
import type { RoomId } from '../../src/protocol/index.ts';
import { PLACE_RETRY_MS } from '../../src/rooms/call-modes.ts';
import { describeScenarios } from '../support/harness.ts';
import { TestClient } from '../support/test-client.ts';

const refusal = (code: string) => expect.objectContaining({ code });

const openSend = async (client: TestClient) => {
  const placement = await client.placed();
  return client.request('open-transport', { direction: 'send', placement });
};

const openReceive = async (client: TestClient) =>
  client.request('open-transport', {
    direction: 'receive',
    placement: await client.placed(),
    rtpCapabilities: OFFERED_CAPABILITIES,
  });

const produceMic = async (client: TestClient, on = true) => {
  await openSend(client);
  const { producerId } = await client.request('produce', {
    source: 'mic',
    on,
    placement: client.placement,
    rtpParameters: micParameters(),
  });
  return producerId;
};

describeScenarios('media', (getWorld) => {
  const start = async () => {
    const world = getWorld();
    const roomId = await world.newRoom();
    return { world, roomId, ada: await world.join(roomId), bob: await world.join(roomId) };
  };

  it('M1 a room gets its home without the join waiting for it, once', async () => {
    const { ada, bob } = await start();
    const placement = await ada.placed();
    expect(await bob.placed()).toBe(placement);
    const told = ada.names().filter((name) => name === 'room-placed');
    expect(told.length).toBeLessThanOrEqual(1);
  });

  it('M1 opening a transport twice gives the same transport', async () => {
    const { ada } = await start();
    const [first, second] = [await openSend(ada), await openSend(ada)];
    expect(second.id).toBe(first.id);
    expect(second.iceCandidates.some(({ protocol }) => protocol === 'udp')).toBe(true);
    expect(second.iceCandidates.some(({ protocol }) => protocol === 'tcp')).toBe(true);
  });

  it('M1 a transport that its client has given up is replaced, once', async () => {
    const { ada } = await start();
    const first = await openSend(ada);
    const again = {
      direction: 'send',
      placement: ada.placement,
      instead: first.id,
    };
    const second = await ada.request('open-transport', again);
    expect(second.id).not.toBe(first.id);
    expect((await ada.request('open-transport', again)).id).toBe(second.id);
  });

  it('M10 an ICE restart gives new credentials, and the transport and its producer stay', async () => {
    const { ada, bob } = await start();
    const producerId = await produceMic(ada);
    const { id: transportId, iceParameters: former } = await openSend(ada);
    const { placement } = ada;
    const restart = { direction: 'send', placement, transportId };
    const { iceParameters } = await ada.request('restart-ice', restart);
    expect(iceParameters.usernameFragment).not.toBe(former.usernameFragment);
    expect(await openSend(ada)).toMatchObject({ id: transportId, iceParameters });
    await openReceive(bob);
    const consume = { placement, producerIds: [producerId] };
    expect((await bob.request('consume', consume)).consumers).toHaveLength(1);
    const refused = [
      [{ ...restart, transportId: 'x' }, 'not-found'],
      [{ ...restart, direction: 'receive' }, 'not-found'],
      [{ ...restart, placement: placement - 1 }, 'stale-placement'],
      [{ ...restart, transportId: 'x'.repeat(65) }, 'bad-request'],
    ] as const;
    for (const [data, code] of refused) {
      await expect(ada.request('restart-ice', data)).rejects.toEqual(refusal(code));
    }
    // Somebody else's transport is none of one's own.
    await expect(bob.request('restart-ice', restart)).rejects.toEqual(refusal('not-found'));
  });

  it('M2 a request for another placement is refused', async () => {
    const { ada } = await start();
    const placement = (await ada.placed()) - 1;
    await expect(ada.request('open-transport', { direction: 'send', placement })).rejects.toEqual(
      refusal('stale-placement'),
    );
  });

  it('M3 what is produced is a fact for everybody, and can be consumed at once', async () => {
    const { ada, bob } = await start();
    const producerId = await produceMic(ada);
    const { data } = await bob.heard('stream-changed');
    expect(data).toEqual({ peerId: ada.peerId, source: 'mic', stream: { on: true, producerId } });
    await openReceive(bob);
    const { consumers } = await bob.request('consume', {
      placement: bob.placement,
      producerIds: [producerId],
    });
    expect(consumers).toHaveLength(1);
    expect(consumers[0]).toMatchObject({ peerId: ada.peerId, source: 'mic', kind: 'audio' });
    const again = await bob.request('consume', {
      placement: bob.placement,
      producerIds: [producerId],
    });
    expect(again.consumers[0]?.consumerId).toBe(consumers[0]?.consumerId);
    await bob.request('view', { placement: bob.placement, view: { [producerId]: 0 } });
  });

  it('M3 producing again from one source replaces what was there', async () => {
    const { ada, bob } = await start();
    const first = await produceMic(ada);
    const second = await produceMic(ada);
    expect(second).not.toBe(first);
    await openReceive(bob);
    const { consumers } = await bob.request('consume', {
      placement: bob.placement,
      producerIds: [first, second],
    });
    expect(consumers.map(({ producerId }) => producerId)).toEqual([second]);
  });

  it('M4 mute and unmute are facts, with or without a producer', async () => {
    const { ada, bob } = await start();
    await ada.request('set-stream', { source: 'cam', on: true });
    expect((await bob.heard('stream-changed')).data.stream).toEqual({ on: true });
    const producerId = await produceMic(ada, false);
    await ada.request('set-stream', { source: 'mic', on: true });
    await ada.request('close-stream', { source: 'mic' });
    await expect
      .poll(() => bob.names().filter((name) => name === 'stream-changed'))
      .toHaveLength(4);
    const streams = bob
      .recordEvents()
      .flatMap((event) => (event.event === 'stream-changed' ? [event.data.stream] : []));
    expect(streams.slice(1)).toEqual([
      { on: false, producerId },
      { on: true, producerId },
      { on: false },
    ]);
  });

  it('M5 what is gone is left out, and a consume without a transport is refused', async () => {
    const { ada, bob } = await start();
    const producerId = await produceMic(ada);
    const placement = await bob.placed();
    const consume = bob.request('consume', { placement, producerIds: [producerId] });
    await expect(consume).rejects.toEqual(refusal('not-found'));
    await openReceive(bob);
    await ada.request('leave', {});
    await bob.heard('peer-left');
    const { consumers } = await bob.request('consume', { placement, producerIds: [producerId] });
    expect(consumers).toEqual([]);
  });

  it('J5 transports and producers outlive the socket that made them, on any app', async () => {
    const { world, ada, bob } = await start();
    const transport = await openSend(ada);
    const producerId = await produceMic(ada);
    ada.cut();
    await bob.heard('peer-disconnected');
    await openReceive(bob);
    const request = { placement: bob.placement, producerIds: [producerId] };
    expect((await bob.request('consume', request)).consumers).toHaveLength(1);
    const back = await TestClient.connect(world.urls.at(-1) ?? '');
    await back.resume(ada);
    const again = { direction: 'send', placement: bob.placement };
    expect((await back.request('open-transport', again)).id).toBe(transport.id);
    await back.request('set-stream', { source: 'mic', on: false });
    const stream = (await back.heard('stream-changed')).data;
    expect(stream).toMatchObject({ peerId: ada.peerId, stream: { on: false, producerId } });
  });

  it('M7 parameters of the wrong kind or codec never reach a worker', async () => {
    const { ada } = await start();
    await openSend(ada);
    const placement = ada.placement;
    const wrong = [
      { source: 'mic', rtpParameters: camParameters() },
      { source: 'cam', rtpParameters: micParameters() },
      { source: 'cam', rtpParameters: { codecs: [] } },
      {
        source: 'cam',
        rtpParameters: {
          ...camParameters(),
          codecs: [{ mimeType: 'video/H264', payloadType: 96, clockRate: 90_000 }],
        },
      },
      { source: 'nose', rtpParameters: micParameters() },
      {
        source: 'mic',
        rtpParameters: {
          ...micParameters(),
          encodings: Array.from({ length: 9 }, (_, ssrc) => ({ ssrc })),
        },
      },
    ];
    for (const data of wrong) {
      await expect(ada.request('produce', { ...data, on: true, placement })).rejects.toEqual(
        refusal('bad-request'),
      );
    }
    expect(await produceMic(ada)).toHaveLength(16);
  });

  it('M8 a worker that dies takes only its own rooms', async () => {
    const { world, roomId, ada } = await start();
    await produceMic(ada);
    const workerOf = async (id: RoomId) => (await world.record(id)).home?.worker ?? -1;
    const lost = await workerOf(roomId);
    // Rooms spread by load: one of the next lies on another worker.
    let [otherRoom, other, kept] = [roomId, ada, lost];
    for (let tries = 0; kept === lost && tries < 10; tries += 1) {
      otherRoom = await world.newRoom();
      other = await world.join(otherRoom);
      await other.placed();
      kept = await workerOf(otherRoom);
    }
    expect(kept).not.toBe(lost);
    const producerId = await produceMic(other);
    process.kill(world.media.workerPids()[lost] ?? 0, 'SIGKILL');
    await ada.heard('media-lost');
    await other.request('set-stream', { source: 'mic', on: false });
    expect(other.names()).not.toContain('media-lost');
    expect((await world.record(otherRoom)).peers[0]?.streams.mic).toEqual({
      on: false,
      producerId,
    });
    await expect
      .poll(() => world.media.load().every(({ alive }) => alive), { timeout: 20_000 })
      .toBe(true);
  });

  it('M8 a dead worker is told as media-lost, the room is placed again, and works', async () => {
    const { world, ada, bob } = await start();
    await produceMic(ada);
    const before = ada.placement;
    for (const pid of world.media.workerPids()) process.kill(pid, 'SIGKILL');
    const lost = await bob.heard('media-lost');
    expect(lost.data.placement).toBe(before);
    const placementSoon = async () => {
      await world.pass(PLACE_RETRY_MS, [ada, bob]);
      return bob.placement;
    };
    await expect.poll(placementSoon, { timeout: 20_000 }).toBeGreaterThan(before);
    await expect.poll(() => ada.placement).toBe(bob.placement);
    const produceSoon = async () => {
      await world.pass(PLACE_RETRY_MS, [ada, bob]);
      return produceMic(ada).catch(() => '');
    };
    await expect.poll(produceSoon, { timeout: 20_000 }).toHaveLength(16);
  });
});
