// A port that was free for UDP and TCP a moment ago.
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** What is free for UDP may be taken for TCP, by chance alone: not many times in a row. */
const MOST_TRIES = 20;

export const freePort = async (): Promise<number> => {
  for (let attempt = 1; attempt < MOST_TRIES; attempt += 1) {
    try {
      return await tryPort();
    } catch {
      // The next one.
    }
  }
  return tryPort();
};

const tryPort = async (): Promise<number> => {
  const socket = createSocket('udp4').bind(0);
  const server = createServer();
  try {
    await once(socket, 'listening');
    const { port } = socket.address();
    server.listen(port, '0.0.0.0');
    await once(server, 'listening');
    return port;
  } finally {
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    await new Promise<unknown>((resolve) => server.close(resolve));
  }
};
