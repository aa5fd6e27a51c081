// Workers that take no new rooms and are replaced, and workers that hang (PROTOCOL M18).
import { afterEach, expect, it } from 'vitest';
import type { MediaServer } from '../src/media-server.ts';
import type { MediaEvent } from '../src/protocol.ts';
import { eventually } from './support/eventually.ts';
import { freePort } from './support/free-port.ts';
import {
  describeOver,
  newId,
  openRoom,
  rejection,
  startServer,
  type Over,
} from './support/media-world.ts';

const servers: MediaServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const start = async (over: Over, options: Parameters<typeof startServer>[1] = {}) => {
  const server = await startServer(over, options);
  servers.push(server);
  const events: MediaEvent[] = [];
  server.watch((event) => events.push(event));
  return { server, typesHeard: () => events.map(({ type }) => type), events };
};

const fresh = { alive: true, draining: false };
const states = (server: MediaServer) =>
  server.load().map(({ alive, draining }) => ({ alive, draining }));
const pidOf = (server: MediaServer, worker: number): number => {
  const pid = server.workerPids()[worker];
  if (pid === undefined) throw new Error('no such worker');
  return pid;
};

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describeOver((over) => {
  it('M18 a worker that drains goes on with its rooms and takes no new one', async () => {
    const { server, typesHeard } = await start(over, { workers: 2 });
    const room = await openRoom(server);
    const peer = room.peer();
    const transport = await peer.openSend();
    const [before] = server.workerPids();

    await Promise.all([server.drain({ worker: 0 }), server.drain({ worker: 0 })]);
    await server.drain({ worker: 0 });
    expect(states(server)).toEqual([{ alive: true, draining: true }, fresh]);
    expect(typesHeard()).toEqual(['draining']);

    await expect(openRoom(server)).rejects.toEqual(rejection('unavailable'));
    const moved = { roomId: room.key.roomId, placement: 2, keep: 1 };
    await expect(openRoom(server, { ...moved, worker: 0 })).rejects.toEqual(
      rejection('unavailable'),
    );
    await openRoom(server, { worker: 1 });
    // The room that is there has all that it had, and those who come to it.
    await server.ensureRoom({ ...room.key, worker: 0 });
    expect(await peer.openSend()).toBe(transport);
    const producerId = await peer.produce('mic');
    const late = room.peer();
    await late.openReceive();
    expect(await late.consume(producerId)).toHaveLength(1);
    expect(server.workerPids()[0]).toBe(before);
  });

  it('M18 when its last room has moved or ended, a fresh process is in its place', async () => {
    const { server, typesHeard } = await start(over, { workers: 2 });
    const [one, two] = [await openRoom(server), await openRoom(server)];
    const before = server.workerPids();
    await server.drain({ worker: 0 });
    const current = { roomId: one.key.roomId, placement: 2, worker: 1, keep: 1 };
    await server.ensureRoom(current);
    await server.closeRoom(one.key);
    expect(states(server)).toEqual([{ alive: true, draining: true }, fresh]);
    await server.closeRoom(two.key);
    await eventually(() => states(server)).toEqual([fresh, fresh]);
    expect(server.workerPids()[0]).not.toBe(before[0]);
    expect(server.workerPids()[1]).toBe(before[1]);
    await openRoom(server);
    expect(server.load().map(({ rooms }) => rooms)).toEqual([1, 1]);
    expect(typesHeard()).toEqual(['draining']);
  });

  it('M18 rooms that only go on there are named while it drains, and hold it until they have left', async () => {
    const { server } = await start(over, { workers: 2, spillAbove: 0 });
    const room = await openRoom(server);
    const loads = () => server.load().map((load) => [load.rooms, load.parts]);
    // Where they go depends on what the workers are just doing; some day one goes to the other.
    const enterOne = async () => {
      await room.peer().openSend();
      return loads();
    };
    await eventually(enterOne).toEqual([
      [1, []],
      [1, []],
    ]);
    const before = server.workerPids();
    await server.drain({ worker: 1 });
    await eventually(loads).toEqual([
      [1, []],
      [1, [room.key]],
    ]);
    const moved = { roomId: room.key.roomId, placement: 2, worker: 0, keep: 1 };
    await server.ensureRoom(moved);
    await server.closeRoom(room.key);
    await eventually(() => states(server)).toEqual([fresh, fresh]);
    expect(server.workerPids()[0]).toBe(before[0]);
    expect(server.workerPids()[1]).not.toBe(before[1]);
    await eventually(loads).toEqual([
      [1, []],
      [0, []],
    ]);
  });

  it('M18 there is no such worker', async () => {
    const { server, typesHeard } = await start(over);
    for (const worker of [-1, 1]) {
      await expect(server.drain({ worker })).rejects.toEqual(rejection('bad-parameters'));
    }
    expect(typesHeard()).toEqual([]);
  });

  it('M18 a worker that dies while it drains comes back and takes rooms', async () => {
    const { server, typesHeard } = await start(over);
    const { key } = await openRoom(server);
    await server.drain({ worker: 0 });
    process.kill(pidOf(server, 0), 'SIGKILL');
    await eventually(typesHeard).toEqual(['draining', 'room-lost']);
    await eventually(() => states(server)).toEqual([fresh]);
    await openRoom(server, { ...key, placement: 2 });
    expect(typesHeard()).toEqual(['draining', 'room-lost']);
  });

  it('M18 a node that is to end takes no rooms on any worker, and says so once', async () => {
    let left = 0;
    const { server, typesHeard } = await start(over, { workers: 2, onLeave: () => (left += 1) });
    const { key } = await openRoom(server);
    await server.drain({});
    await server.drain({});
    await server.drain({ worker: 1 });
    expect(left).toBe(1);
    expect(typesHeard()).toEqual(['draining']);
    const leaving = { alive: true, draining: true };
    expect(states(server)).toEqual([leaving, leaving]);
    for (const worker of [0, 1]) {
      await expect(openRoom(server, { worker })).rejects.toEqual(rejection('unavailable'));
    }
    await server.ensureRoom({ ...key, worker: 0 });
    // Nothing fresh comes of an empty worker, nor of one that dies.
    process.kill(pidOf(server, 0), 'SIGKILL');
    await eventually(typesHeard).toEqual(['draining', 'room-lost']);
    await eventually(() => states(server)).toEqual([leaving, leaving]);
  });

  it('M18 a worker that hangs is killed, and goes the way of one that died', async () => {
    const { server, events } = await start(over, { workers: 2, sampleIntervalMs: 200 });
    const room = await openRoom(server);
    const other = (await openRoom(server, { worker: 1 })).peer();
    const survivor = await other.openSend();
    const hanging = pidOf(server, 0);
    process.kill(hanging, 'SIGSTOP');
    const waits = room.peer().openSend();
    const refused = expect(waits).rejects.toEqual(rejection('stale-placement'));
    await eventually(() => events).toEqual([{ type: 'room-lost', ...room.key }]);
    await refused;
    await eventually(() => states(server)).toEqual([fresh, fresh]);
    expect(pidOf(server, 0)).not.toBe(hanging);
    await openRoom(server, { ...room.key, placement: 2 });
    expect(await other.openSend()).toBe(survivor);
    expect(events).toHaveLength(1);
  });

  it('M18 workers that are too old are replaced one at a time', async () => {
    const { server, typesHeard } = await start(over, {
      workers: 2,
      workerMaxAgeMs: 1,
      sampleIntervalMs: 200,
    });
    const before = server.workerPids();
    await eventually(() => typesHeard().length).toBeGreaterThan(1);
    await eventually(() => server.workerPids().filter((pid) => before.includes(pid))).toEqual([]);
    expect(states(server).some(({ alive, draining }) => alive && !draining)).toBe(true);
  });
});

it('M18 a worker that is not answering is not alive from the moment that its rooms are lost', async () => {
  const { server } = await start('local', { sampleIntervalMs: 100 });
  const { key } = await openRoom(server);
  const lost = new Promise((resolve) => {
    server.watch(({ type }) => {
      if (type === 'room-lost') resolve(states(server));
    });
  });
  process.kill(pidOf(server, 0), 'SIGSTOP');
  expect(await lost).toEqual([{ alive: false, draining: false }]);
  await expect(server.ensureRoom({ ...key, placement: 2, worker: 0 })).rejects.toEqual(
    rejection('unavailable'),
  );
});

it('M18 a dead worker that is to drain comes back and takes rooms: it was on its way', async () => {
  const { server, typesHeard } = await start('local');
  const { key } = await openRoom(server);
  const drained = new Promise((resolve) => {
    server.watch(({ type }) => {
      if (type === 'room-lost') server.drain({ worker: 0 }).then(resolve, resolve);
    });
  });
  process.kill(pidOf(server, 0), 'SIGKILL');
  expect(await drained).toBeUndefined();
  await eventually(() => states(server)).toEqual([fresh]);
  await openRoom(server, { ...key, placement: 2 });
  expect(typesHeard()).toEqual(['room-lost']);
});

it('M18 the fresh process has the port of the one before it', async () => {
  const port = await freePort();
  const { server } = await start('local', { rtcPortBase: port });
  const ports = async () => {
    const { key } = (await openRoom(server)).peer();
    const { iceCandidates } = await server.openTransport({ ...key, direction: 'send' });
    await server.closeRoom(key);
    return new Set(iceCandidates.map((candidate) => candidate.port));
  };
  expect(await ports()).toEqual(new Set([port]));
  const before = server.workerPids();
  await server.drain({ worker: 0 });
  expect(states(server)).toEqual([{ alive: false, draining: true }]);
  await eventually(() => states(server)).toEqual([fresh]);
  expect(server.workerPids()).not.toEqual(before);
  expect(await ports()).toEqual(new Set([port]));
});

it('M18 rooms that are being made count, and what is closed while a worker is replaced disturbs nobody', async () => {
  const { server } = await start('local');
  const rooms = [newId(), newId(), newId()].map((roomId) => ({ roomId, placement: 1 }));
  const made = rooms.map((key) => server.ensureRoom({ ...key, worker: 0 }));
  await server.drain({ worker: 0 });
  expect(states(server)).toEqual([{ alive: true, draining: true }]);
  await Promise.all(made);
  await Promise.all(rooms.map((key) => server.closeRoom(key)));
  await eventually(() => states(server)).toEqual([fresh]);
  expect(await server.heldRooms()).toEqual([]);
});

it('M18 a server that closes while a worker is replaced leaves no process behind', async () => {
  const { server } = await start('local', { workers: 2 });
  const pids = server.workerPids();
  await server.drain({ worker: 0 });
  await server.close();
  expect(pids.filter(isRunning)).toEqual([]);
  expect(server.workerPids()).toEqual([]);
});
