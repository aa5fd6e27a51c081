// How long a failure lasts for people in rooms: until all of them are back in their room, by any node.
import { setTimeout as delay } from 'node:timers/promises';
import { type ScriptClient, ScriptRefused } from '../../test/support/script-client.ts';
import type { ScriptCluster } from '../../test/support/script-cluster.ts';
import { inTurns } from './contestant.ts';
import { openRoom, type SottoRoom } from './sotto.ts';

const ROOMS = 5;
const PER_ROOM = 10;

/** As pages wait, without their jitter: what is measured is the server. */
const RETRY_MS = 50;

const comeBack = async (client: ScriptClient, nextUrl: () => string): Promise<void> => {
  for (;;) {
    try {
      await client.open(nextUrl());
      await client.resume();
      return;
    } catch (error) {
      if (error instanceof ScriptRefused && error.code === 'room-reset') {
        await client.joinAgain();
        return;
      }
      await delay(RETRY_MS);
    }
  }
};

const joinAgain = async (client: ScriptClient): Promise<void> => {
  for (;;) {
    try {
      await client.joinAgain();
      return;
    } catch (error) {
      if (!(error instanceof ScriptRefused)) throw error;
      await delay(RETRY_MS);
    }
  }
};

const openRooms = (cluster: ScriptCluster): Promise<SottoRoom[]> =>
  inTurns(ROOMS, () => openRoom(cluster, PER_ROOM), 1);

/** Milliseconds from kill -9 of a node until all whose sockets it held are in their rooms again. */
export const recoverFromNode = async (cluster: ScriptCluster): Promise<number> => {
  const rooms = await openRooms(cluster);
  const [lost, left] = cluster.nodes;
  if (lost === undefined || left === undefined) throw new Error('two nodes');
  const people = rooms.flatMap((room) => room.people).filter(({ url }) => url === lost.url);
  const back = people.map(
    (client) =>
      new Promise<void>((resolve, reject) => {
        client.onClose = () => {
          client.onClose = () => undefined;
          comeBack(client, () => left.url).then(resolve, reject);
        };
      }),
  );
  const startMs = performance.now();
  await lost.kill();
  await Promise.all(back);
  const tookMs = performance.now() - startMs;
  for (const room of rooms) room.close();
  await cluster.restart(0);
  return tookMs;
};

/** Milliseconds from kill -9 of Redis, which comes back empty, until all are in rooms that were made again. */
export const recoverFromRedis = async (cluster: ScriptCluster): Promise<number> => {
  const rooms = await openRooms(cluster);
  const people = rooms.flatMap((room) => room.people);
  const again = people.map(
    (client) =>
      new Promise<void>((resolve, reject) => {
        client.onEvent = ({ event }) => {
          if (event === 'room-reset') joinAgain(client).then(resolve, reject);
        };
      }),
  );
  const startMs = performance.now();
  await cluster.redis.kill();
  await cluster.redis.restart();
  await Promise.all(again);
  const tookMs = performance.now() - startMs;
  for (const room of rooms) room.close();
  return tookMs;
};
