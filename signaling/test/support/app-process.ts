// One signaling node in this process, with the real adapters of many nodes, as node-process.ts starts
// it. Rooms and sockets live by a clock that the test moves; leases, the breaker and the connection to
// the media node by the real one, since Redis and the network do.
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/app.ts';
import { createLogger } from '../../src/log.ts';
import { createMemoryNodeLeases } from '../../src/rooms/memory-node-leases.ts';
import { createMemoryRoomStore } from '../../src/rooms/memory-room-store.ts';
import { ManualClock } from './manual-clock.ts';
import { NodeCommand, type NodeMessage, type NodeOptions } from './node-messages.ts';

interface Running {
  readonly url: string;
  readonly clock: ManualClock;
  close(): Promise<void>;
}

const say = (message: NodeMessage): void => void process.send?.(message);

const listen = (app: FastifyInstance): Promise<string> =>
  app.listen({ port: 0, host: '127.0.0.1' });

const start = async (options: NodeOptions): Promise<Running> => {
  const clock = new ManualClock(options.nowMs);
  const log = createLogger('debug', { write: (line: string) => say({ line }) });
  const store = createMemoryRoomStore();
  const leases = createMemoryNodeLeases();
  const app = await buildApp({
    store,
    leases,
    mediaNodes: [],
    clock,
    log,
    limits: options.limits,
    secret: options.secret,
    maxPeersPerRoom: options.maxPeersPerRoom,
    callMode: options.callMode,
    turn: options.turn,
    corsOrigins: [],
    trustedProxies: 0,
    tls: null,
  });
  return {
    url: await listen(app),
    clock,
    close: async () => {
      await app.close();
      await leases.close();
      await store.close();
    },
  };
};

let running: Running | null = null;

const stop = async (): Promise<void> => {
  const ending = running;
  running = null;
  await ending?.close();
};

const obey = async (command: NodeCommand): Promise<void> => {
  switch (command.do) {
    case 'start':
      await stop();
      running = await start(command.options);
      break;
    case 'advance':
      running?.clock.advance(command.ms);
      break;
    case 'stop':
      await stop();
      break;
    case 'flush':
      break;
  }
};

process.on('message', (message) => {
  const command = NodeCommand.parse(message);
  obey(command).then(
    () => say({ id: command.id, url: running?.url ?? '' }),
    (error: unknown) => say({ id: command.id, error: String(error) }),
  );
});
// The test is gone: so is what it started.
process.on('disconnect', () => process.exit());
