// What may come over a media node's door, and what must not: nothing said there stalls the node or costs
// it media (PROTOCOL M11).
import { afterEach, expect, it } from 'vitest';
import { newId, openRoom, rejection, SECRET, times } from './support/media-world.ts';
import { refusedWith, type RpcWorld, startRpcWorld } from './support/rpc-world.ts';

const worlds: RpcWorld[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

const start = async (options: Parameters<typeof startRpcWorld>[0] = {}): Promise<RpcWorld> => {
  const world = await startRpcWorld(options);
  worlds.push(world);
  return world;
};

const answersOf = (heard: readonly unknown[]): readonly unknown[] =>
  heard.filter((message) => typeof message === 'object' && message !== null && 'id' in message);

const call = (id: number, method: string, data: unknown): string =>
  JSON.stringify({ id, method, data });

it('M11 who does not know the secret gets no connection', async () => {
  const { url, rpc } = await start();
  const refused: Record<string, string>[] = [
    {},
    { authorization: '' },
    { authorization: SECRET },
    { authorization: `Basic ${SECRET}` },
    { authorization: `Bearer ${SECRET} x` },
    { authorization: `Bearer ${SECRET.slice(0, -1)}` },
    { authorization: 'Bearer ' + 'x'.repeat(8_000) },
  ];
  for (const headers of refused) expect(await refusedWith(url, '/rpc', headers)).toBe(401);
  const authorization = `Bearer ${SECRET}`;
  expect(await refusedWith(url, '/other', { authorization })).toBe(404);
  expect(rpc.connections()).toBe(0);
  expect(await refusedWith(url, '/rpc', { authorization })).toBe(101);
});

it('M11 the node says first which life of it this is, and how loaded', async () => {
  const { raw } = await start({ workers: 2 });
  const client = await raw();
  await expect.poll(() => client.heard.length).toBeGreaterThan(0);
  expect(client.heard[0]).toMatchObject({
    event: 'hello',
    data: {
      nodeId: 'n1',
      load: [
        { worker: 0, alive: true },
        { worker: 1, alive: true },
      ],
    },
  });
});

it.each([
  ['no JSON', 'not json {'],
  ['no call', '{"event":"hello"}'],
  ['a list', '[]'],
  ['a number for a method', '{"id":1,"method":7,"data":{}}'],
  ['an id that is none', '{"id":-1,"method":"closeRoom","data":{}}'],
])('M11 %s ends the connection that said it, and no other', async (_what, text) => {
  const { raw, connect } = await start();
  const other = await connect();
  const room = await openRoom(other);
  const transport = await room.peer('ada').openSend();
  const hostile = await raw();
  hostile.socket.send(text);
  await expect.poll(() => hostile.closeCode()).toBe(1008);
  expect(await room.peer('ada').openSend()).toBe(transport);
});

it('M11 binary, and more than a call can be, end the connection', async () => {
  const { raw, connect } = await start();
  const [binary, large] = [await raw(), await raw()];
  binary.socket.send(Buffer.from(call(1, 'heldRooms', {})), { binary: true });
  large.socket.send(call(1, 'closeRoom', { roomId: 'x'.repeat(300 * 1024), placement: 1 }));
  await expect.poll(() => binary.closeCode()).toBe(1008);
  await expect.poll(() => large.closeCode()).toBe(1009);
  expect(await (await connect()).heldRooms()).toEqual([]);
});

it('M11 calls that are unknown or wrong are refused, one by one, and the connection stays', async () => {
  const { raw } = await start();
  const client = await raw();
  const wrong = [
    ['noSuchCall', {}],
    ['constructor', {}],
    ['__proto__', {}],
    ['ensureRoom', null],
    ['ensureRoom', { roomId: 'r', placement: 'now', worker: 0 }],
    ['ensureRoom', { roomId: '', placement: 1, worker: 0 }],
    ['openTransport', { roomId: 'r', placement: 1, peerId: 'p', direction: 'sideways' }],
    ['view', { roomId: 'r', placement: 1, peerId: 'p', view: { x: 3 } }],
    ['consume', { roomId: 'r', placement: 1, peerId: 'p', producerIds: 'all' }],
  ] as const;
  wrong.forEach(([method, data], id) => client.socket.send(call(id, method, data)));
  client.socket.send(call(wrong.length, 'heldRooms', {}));
  await expect.poll(() => answersOf(client.heard)).toHaveLength(wrong.length + 1);
  expect(answersOf(client.heard).slice(0, -1)).toEqual(
    wrong.map((_, id) => ({
      id,
      ok: false,
      error: { code: 'bad-parameters', message: expect.any(String) },
    })),
  );
  expect(answersOf(client.heard).at(-1)).toEqual({ id: wrong.length, ok: true, data: [] });
  expect(client.closeCode()).toBeNull();
});

it('M11 who asks without end and reads nothing is cut off, and others are served', async () => {
  const { raw, connect, rpc } = await start({ limits: { sendBufferBytes: 64 * 1024 } });
  const other = await connect();
  // What an answer is long by.
  for (let index = 0; index < 40; index += 1) {
    await other.ensureRoom({ roomId: newId(), placement: 1, worker: 0 });
  }
  const deaf = await raw();
  deaf.socket.pause();
  expect(rpc.connections()).toBe(2);
  const isCut = async (): Promise<number> => {
    times(500, (id) => deaf.socket.send(call(id, 'heldRooms', {}), () => undefined));
    expect(await other.heldRooms()).toHaveLength(40);
    return rpc.connections();
  };
  await expect.poll(isCut, { timeout: 60_000 }).toBe(1);
  expect(await other.heldRooms()).toHaveLength(40);
});

it('M11 who says nothing at all is cut off', async () => {
  const { raw, connect, rpc } = await start({ times: { loadMs: 50, silentMs: 400 } });
  const silent = await raw();
  await expect.poll(() => silent.closeCode()).toBe(1006);
  expect(rpc.connections()).toBe(0);
  const speaking = await connect();
  expect(await speaking.heldRooms()).toEqual([]);
});

it('M11 a call is not made again when its connection ends; nothing of the media ends with it', async () => {
  const { connect, server } = await start();
  const node = await connect();
  const key = { roomId: newId(), placement: 1 };
  await node.ensureRoom({ ...key, worker: 0 });
  const transport = await node.openTransport({ ...key, peerId: 'ada', direction: 'send' });
  const [pid = 0] = server.workerPids();
  process.kill(pid, 'SIGSTOP');
  const hanging = node.openTransport({ ...key, peerId: 'bob', direction: 'send' });
  await node.heldRooms();
  const refused = expect(hanging).rejects.toEqual(rejection('unavailable'));
  await node.close();
  await refused;
  await expect(node.heldRooms()).rejects.toEqual(rejection('unavailable'));
  expect(node.load()).toEqual([]);
  process.kill(pid, 'SIGCONT');
  const again = await connect();
  const found = await again.openTransport({ ...key, peerId: 'ada', direction: 'send' });
  expect(found.id).toBe(transport.id);
});

it('M11 a worker that hangs holds up its own rooms, in their order, and no others', async () => {
  const { connect, server } = await start({ workers: 2 });
  const node = await connect();
  const [hung, free] = [
    { roomId: newId(), placement: 1, peerId: 'ada' },
    { roomId: newId(), placement: 1, peerId: 'bob' },
  ];
  await Promise.all([
    node.ensureRoom({ ...hung, worker: 0 }),
    node.ensureRoom({ ...free, worker: 1 }),
  ]);
  const [pid = 0] = server.workerPids();
  process.kill(pid, 'SIGSTOP');
  let isOver = false;
  const calls = Promise.allSettled([
    node.openTransport({ ...hung, direction: 'send' }),
    // Begun after it and done before it: what is being opened is closed.
    node.closePeer(hung),
    node.openTransport({ ...hung, direction: 'send' }),
  ]).finally(() => {
    isOver = true;
  });
  await node.openTransport({ ...free, direction: 'send' });
  await node.heldRooms();
  expect(isOver).toBe(false);
  process.kill(pid, 'SIGCONT');
  const [opened, closed, openedAgain] = await calls;
  expect(opened).toEqual({ status: 'rejected', reason: rejection('not-found') });
  expect([closed.status, openedAgain.status]).toEqual(['fulfilled', 'fulfilled']);
  const rooms = await node.heldRooms();
  expect(rooms.find(({ roomId }) => roomId === hung.roomId)?.peerIds).toEqual(['ada']);
});

it('M11 rooms on a worker that hangs take no more than their share of what may wait', async () => {
  const { connect, server } = await start({ workers: 2, limits: { waitingCallsOfRoom: 5 } });
  const node = await connect();
  const [hung, free] = [
    { roomId: newId(), placement: 1 },
    { roomId: newId(), placement: 1 },
  ];
  await Promise.all([
    node.ensureRoom({ ...hung, worker: 0 }),
    node.ensureRoom({ ...free, worker: 1 }),
  ]);
  const [pid = 0] = server.workerPids();
  process.kill(pid, 'SIGSTOP');
  const open = (index: number) =>
    node.openTransport({ ...hung, peerId: `p${index}`, direction: 'send' });
  const waiting = Promise.all(times(5, open));
  for (let index = 5; index < 8; index += 1) {
    await expect(open(index)).rejects.toEqual(rejection('unavailable'));
  }
  await node.openTransport({ ...free, peerId: 'bob', direction: 'send' });
  process.kill(pid, 'SIGCONT');
  expect(await waiting).toHaveLength(5);
});

it('M11 a call that hangs is answered in the end', async () => {
  const { connect, server } = await start({ limits: { callTimeoutMs: 300 } });
  const node = await connect();
  const key = { roomId: newId(), placement: 1 };
  await node.ensureRoom({ ...key, worker: 0 });
  const [pid = 0] = server.workerPids();
  process.kill(pid, 'SIGSTOP');
  const hanging = node.openTransport({ ...key, peerId: 'ada', direction: 'send' });
  await expect(hanging).rejects.toEqual(rejection('unavailable'));
  process.kill(pid, 'SIGCONT');
  await node.openTransport({ ...key, peerId: 'ada', direction: 'send' });
});

it('M12 the node tells what it holds: rooms, where and since when, and who has media there', async () => {
  const { connect } = await start({ workers: 2 });
  const node = await connect();
  const key = { roomId: newId(), placement: 7 };
  await node.ensureRoom({ ...key, worker: 1 });
  await node.openTransport({ ...key, peerId: 'ada', direction: 'send' });
  expect(await node.heldRooms()).toEqual([{ ...key, worker: 1, peerIds: ['ada'] }]);
  await node.closePeer({ ...key, peerId: 'ada' });
  expect(await node.heldRooms()).toEqual([{ ...key, worker: 1, peerIds: [] }]);
  await node.closeRoom(key);
  expect(await node.heldRooms()).toEqual([]);
});
