// A port that was free for UDP and TCP a moment ago.
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export const freePort = async (): Promise<number> => {
  const socket = createSocket('udp4').bind(0);
  await once(socket, 'listening');
  const { port } = socket.address();
  const server = createServer().listen(port, '0.0.0.0');
  await once(server, 'listening');
  await Promise.all([
    new Promise<void>((resolve) => socket.close(() => resolve())),
    new Promise<unknown>((resolve) => server.close(resolve)),
  ]);
  return port;
};
