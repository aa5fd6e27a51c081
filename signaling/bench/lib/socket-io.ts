// The plain socket.io server with its Redis adapter, as a contestant.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { io, type Socket } from 'socket.io-client';
import { anyEnvelope } from '../../test/support/group-samples.ts';
import { type ScriptProcess, startScript } from '../../test/support/script-cluster.ts';
import { type BenchRoom, type Contestant, inTurns, MESSAGE_BYTES } from './contestant.ts';

const NODE = fileURLToPath(new URL('./socket-io-node.ts', import.meta.url));

export interface SocketIoCluster {
  readonly nodes: readonly ScriptProcess[];
  close(): Promise<void>;
}

export const startSocketIo = async (redisUrl: string, count: number): Promise<SocketIoCluster> => {
  const nodes = await Promise.all(
    Array.from({ length: count }, () => startScript(NODE, { REDIS_URL: redisUrl })),
  );
  return {
    nodes,
    close: async () => {
      await Promise.all(nodes.map((node) => node.kill()));
    },
  };
};

export const connect = async (
  { nodes }: SocketIoCluster,
  room: string,
  index: number,
): Promise<Socket> => {
  const url = nodes[index % nodes.length]?.url ?? '';
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  await socket.emitWithAck('join', room);
  return socket;
};

const openRoom = async (cluster: SocketIoCluster, people: number): Promise<BenchRoom> => {
  const room = randomUUID();
  const envelope = anyEnvelope(MESSAGE_BYTES);
  const sockets = await inTurns(people, (index) => connect(cluster, room, index));
  const [speaker, ...hearers] = sockets;
  if (speaker === undefined) throw new Error('nobody came');
  const bench: BenchRoom = {
    speak: () => speaker.emitWithAck('say', room, envelope),
    hearers: hearers.length,
    onHeard: () => undefined,
    close: () => {
      for (const socket of sockets) socket.disconnect();
    },
  };
  for (const hearer of hearers) hearer.on('said', () => bench.onHeard());
  return bench;
};

export const socketIoMessages = (cluster: SocketIoCluster): Contestant => ({
  name: 'socket.io message',
  openRoom: (people) => openRoom(cluster, people),
  cpuMs: async () => {
    const reports = await Promise.all(cluster.nodes.map((node) => node.report()));
    return reports.reduce((sum, report) => sum + report.cpuMs, 0);
  },
});
