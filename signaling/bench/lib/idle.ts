// What a socket costs that only is there: memory of the nodes, for people in rooms of ten who say nothing.
import { randomUUID } from 'node:crypto';
import type { ScriptCluster, ScriptProcess } from '../../test/support/script-cluster.ts';
import { inTurns } from './contestant.ts';
import { connect, type SocketIoCluster } from './socket-io.ts';
import { come, newRoom, newToken } from './sotto.ts';

const PER_ROOM = 10;
const AT_ONCE = 100;
const KILOBYTE = 1024;

const residentBytes = async (nodes: readonly ScriptProcess[]): Promise<number> => {
  const reports = await Promise.all(nodes.map((node) => node.report()));
  return reports.reduce((sum, report) => sum + report.residentBytes, 0);
};

/** Kilobytes for each socket, of all nodes together. */
const measure = async (
  nodes: readonly ScriptProcess[],
  sockets: number,
  open: (index: number) => Promise<() => void>,
): Promise<number> => {
  const before = await residentBytes(nodes);
  const ends = await inTurns(sockets, open, AT_ONCE);
  const after = await residentBytes(nodes);
  for (const end of ends) end();
  return (after - before) / sockets / KILOBYTE;
};

export const idleSotto = async (cluster: ScriptCluster, sockets: number): Promise<number> => {
  const rooms = await inTurns(Math.ceil(sockets / PER_ROOM), () => newRoom(cluster));
  return measure(cluster.nodes, sockets, async (index) => {
    const token = await newToken(cluster, rooms[Math.floor(index / PER_ROOM)] ?? '');
    const client = await come(cluster, token, index);
    return () => client.end();
  });
};

export const idleSocketIo = (cluster: SocketIoCluster, sockets: number): Promise<number> => {
  const rooms = Array.from({ length: Math.ceil(sockets / PER_ROOM) }, () => randomUUID());
  return measure(cluster.nodes, sockets, async (index) => {
    const socket = await connect(cluster, rooms[Math.floor(index / PER_ROOM)] ?? '', index);
    return () => void socket.disconnect();
  });
};
