// A room that moves within one node is there under two placements for a while (PROTOCOL M17).
import { afterEach, beforeEach, expect, it } from 'vitest';
import { open } from './support/media-inventory.ts';
import {
  describeOver,
  newId,
  openRoom,
  rejection,
  startMediaWorld,
  times,
  type MediaWorld,
} from './support/media-world.ts';

const stale = rejection('stale-placement');

describeOver((over) => {
  let world: MediaWorld;
  beforeEach(async () => {
    world = await startMediaWorld(over, { workers: 2 });
  });
  afterEach(() => world.close());

  const roomsOf = () => world.server.load().map(({ rooms }) => rooms);
  const held = async () =>
    (await world.server.heldRooms()).map(({ placement, worker }) => [placement, worker]);
  const lost = () => world.events.filter(({ type }) => type === 'room-lost');

  /** Placed at 1 on worker 0, and at 2 on worker 1. */
  const openBoth = async () => {
    const former = await openRoom(world.server);
    const { roomId } = former.key;
    const current = await openRoom(world.server, { roomId, placement: 2, worker: 1, keep: 1 });
    return { roomId, former, current };
  };

  it('M17 a room that moves is held under both placements, each with its own media', async () => {
    const { roomId, former, current } = await openBoth();
    expect(await held()).toEqual([
      [1, 0],
      [2, 1],
    ]);
    expect(roomsOf()).toEqual([1, 1]);
    const peerId = newId();
    const [before, after] = [former.peer(peerId), current.peer(peerId)];
    const sends = [await before.openSend(), await after.openSend()];
    expect(new Set(sends).size).toBe(2);
    await before.produce('mic');
    const producerId = await after.produce('mic');
    const viewer = newId();
    await current.peer(viewer).openReceive();
    expect(await current.peer(viewer).consume(producerId)).toHaveLength(1);
    await former.peer(viewer).openReceive();
    expect(await former.peer(viewer).consume(producerId)).toEqual([]);
    // Ensured again, it is the same two.
    await world.server.ensureRoom({ roomId, placement: 2, worker: 1, keep: 1 });
    expect(open(world.made.routers)).toHaveLength(2);
    const third = { roomId, placement: 3, peerId, direction: 'send' } as const;
    await expect(world.server.openTransport(third)).rejects.toEqual(stale);
  });

  it('M17 nobody ensures the former placement again, nor any that is older', async () => {
    const { roomId } = await openBoth();
    for (const placement of [1, 0]) {
      const ensured = world.server.ensureRoom({ roomId, placement, worker: 0 });
      await expect(ensured).rejects.toEqual(stale);
    }
    expect(await held()).toEqual([
      [1, 0],
      [2, 1],
    ]);
  });

  it('M17 to close the former placement leaves the newer one; to close that leaves none', async () => {
    const { roomId, former, current } = await openBoth();
    const peer = current.peer();
    await peer.openSend();
    await world.server.closeRoom({ roomId, placement: 1 });
    expect(await held()).toEqual([[2, 1]]);
    expect(roomsOf()).toEqual([0, 1]);
    await peer.produce('mic');
    await expect(former.peer().openSend()).rejects.toEqual(stale);

    const other = await openBoth();
    await world.server.closeRoom({ roomId: other.roomId, placement: 2 });
    await world.server.closeRoom({ roomId, placement: 2 });
    expect(await held()).toEqual([]);
    expect(roomsOf()).toEqual([0, 0]);
    await expect.poll(() => open(world.made.routers)).toHaveLength(0);
  });

  it('M17 to close a placement closes what is older but the one that is named', async () => {
    const { roomId } = await openBoth();
    await world.server.closeRoom({ roomId, placement: 2, keep: 1 });
    expect(await held()).toEqual([[1, 0]]);
    expect(roomsOf()).toEqual([1, 0]);
    await world.server.closeRoom({ roomId, placement: 2, keep: 3 });
    expect(await held()).toEqual([]);
  });

  it('M17 a newer placement closes what older ones left but the one that it names', async () => {
    const { roomId } = await openBoth();
    await world.server.ensureRoom({ roomId, placement: 3, worker: 0, keep: 2 });
    expect(await held()).toEqual([
      [2, 1],
      [3, 0],
    ]);
    // The move is over; whoever ensures the room by then knows that.
    await world.server.ensureRoom({ roomId, placement: 3, worker: 0 });
    expect(await held()).toEqual([[3, 0]]);
    await world.server.ensureRoom({ roomId, placement: 4, worker: 0, keep: 1 });
    expect(await held()).toEqual([[4, 0]]);
    expect(open(world.made.routers)).toHaveLength(1);
  });

  it('M17 both placements may be on one worker, and both are made once', async () => {
    const { key } = await openRoom(world.server);
    const newer = { roomId: key.roomId, placement: 2, worker: 0, keep: 1 };
    await Promise.all(times(20, () => world.server.ensureRoom(newer)));
    expect(world.made.routers).toHaveLength(2);
    expect(roomsOf()).toEqual([2, 0]);
  });

  it('M17 when a worker dies, what was there is lost, and not what the same room has elsewhere', async () => {
    const { roomId, current } = await openBoth();
    const peer = current.peer();
    await peer.openSend();
    const pid = world.server.workerPids()[0];
    if (pid === undefined) throw new Error('no such worker');
    process.kill(pid, 'SIGKILL');
    await expect.poll(lost).toEqual([{ type: 'room-lost', roomId, placement: 1 }]);
    expect(await held()).toEqual([[2, 1]]);
    await peer.produce('mic');
  });

  it('M17 when the worker of both placements dies, each is lost', async () => {
    const { key } = await openRoom(world.server);
    const { roomId } = key;
    await world.server.ensureRoom({ roomId, placement: 2, worker: 0, keep: 1 });
    const pid = world.server.workerPids()[0];
    if (pid === undefined) throw new Error('no such worker');
    process.kill(pid, 'SIGKILL');
    await expect.poll(lost).toEqual([
      { type: 'room-lost', roomId, placement: 1 },
      { type: 'room-lost', roomId, placement: 2 },
    ]);
    expect(await held()).toEqual([]);
  });

  it('M17 a newer placement that cannot be made leaves the one that it names', async () => {
    const { key } = await openRoom(world.server);
    const { roomId } = key;
    const ensured = world.server.ensureRoom({ roomId, placement: 2, worker: 7, keep: 1 });
    await expect(ensured).rejects.toEqual(rejection('bad-parameters'));
    expect(await held()).toEqual([[1, 0]]);
  });
});
