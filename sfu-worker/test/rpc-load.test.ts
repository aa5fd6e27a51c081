// When a media node tells how loaded it is: as rooms come and go, and not for every call (PROTOCOL M11).
import { afterEach, expect, it } from 'vitest';
import { createMediaServer } from '../src/media-server.ts';
import { connectMediaNode } from '../src/remote-media-node.ts';
import { startRpcServer } from '../src/rpc-server.ts';
import { connected, newId, SECRET, SILENT, times } from './support/media-world.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

/** Nothing is told of itself within the time of a test. */
const TIMES = { loadMs: 600_000, silentMs: 600_000 };

const start = async () => {
  const media = await createMediaServer({ nodeId: 'n1', workers: 2, rtcPortBase: 0, log: SILENT });
  endings.push(() => media.close());
  let looks = 0;
  const server = {
    ...media,
    load: () => {
      looks += 1;
      return media.load();
    },
  };
  const listen = { secret: SECRET, host: '127.0.0.1', port: 0, log: SILENT };
  const rpc = await startRpcServer({ server, times: TIMES, ...listen });
  endings.push(() => rpc.close());
  const url = `ws://127.0.0.1:${rpc.port}`;
  const node = connectMediaNode({ url, secret: SECRET, log: SILENT });
  endings.push(() => node.close());
  await connected(node);
  return { node, looks: () => looks };
};

it('M11 calls that change no number of rooms do not have the load looked at', async () => {
  const { node, looks } = await start();
  const key = { roomId: newId(), placement: 1 };
  await node.ensureRoom({ ...key, worker: 0 });
  const before = looks();
  const CALLS = 500;
  await Promise.all(times(CALLS, (index) => node.closePeer({ ...key, peerId: `p${index}` })));
  // It is looked at five times a second too.
  expect(looks() - before).toBeLessThan(CALLS / 2);
});

it('M11 who has made or closed a room knows the load that it makes when it is answered', async () => {
  const { node } = await start();
  const roomsOf = () => node.load().map(({ rooms }) => rooms);
  const [one, two] = [newId(), newId()];
  await node.ensureRoom({ roomId: one, placement: 1, worker: 0 });
  expect(roomsOf()).toEqual([1, 0]);
  await node.ensureRoom({ roomId: two, placement: 1, worker: 1 });
  expect(roomsOf()).toEqual([1, 1]);
  // Again is no other room; under a newer placement it may be another worker's.
  await node.ensureRoom({ roomId: two, placement: 1, worker: 1 });
  expect(roomsOf()).toEqual([1, 1]);
  await node.ensureRoom({ roomId: two, placement: 2, worker: 0 });
  expect(roomsOf()).toEqual([2, 0]);
  await node.closeRoom({ roomId: one, placement: 1 });
  await node.closeRoom({ roomId: one, placement: 1 });
  expect(roomsOf()).toEqual([1, 0]);
});
