// Who does not know the secret holds no place at a media node's door, however they behave (PROTOCOL M11).
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { times } from './support/media-world.ts';
import { type RpcWorld, startRpcWorld } from './support/rpc-world.ts';

/** Node would look for them only then by itself. */
const NODES_OWN_LOOK_MS = 30_000;

/** Few enough to fill. */
const PLACES = 3;

const sockets: Socket[] = [];
const worlds: RpcWorld[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

const start = async (requestTimeoutMs?: number): Promise<RpcWorld> => {
  const world = await startRpcWorld({
    maxConnections: PLACES,
    ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
  });
  worlds.push(world);
  return world;
};

/** Never closes its own half. */
const stranger = async ({ url }: RpcWorld, says: string): Promise<Socket> => {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (says !== '') socket.write(says);
  return socket;
};

const UPGRADE = [
  'GET /rpc HTTP/1.1',
  'Host: x',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  '\r\n',
].join('\r\n');

const REFUSED = 'HTTP/1.1 401';

it('M11 who is refused and does not hang up takes no place, and holds up no close', async () => {
  const world = await start();
  const refused = await Promise.all(
    times(PLACES, async () => {
      const [said] = await once(await stranger(world, UPGRADE), 'data');
      return String(said).slice(0, REFUSED.length);
    }),
  );
  expect(refused).toEqual(times(PLACES, () => REFUSED));
  const node = await world.connect();
  expect(await node.heldRooms()).toEqual([]);
  await world.rpc.close();
  await expect.poll(() => node.isConnected()).toBe(false);
});

it(
  'M11 who asks for nothing, or does not finish asking, loses their place',
  async () => {
    const world = await start(200);
    for (const says of ['', 'GET / HTTP/1.1\r\nHost: x\r\n', UPGRADE.slice(0, 40)]) {
      const socket = await stranger(world, says);
      socket.resume();
    }
    const node = await world.connect();
    expect(await node.heldRooms()).toEqual([]);
  },
  NODES_OWN_LOOK_MS,
);
