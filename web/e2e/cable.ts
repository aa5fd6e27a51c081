// The way from the browsers to the server's HTTP and WebSocket port, as a cable that can be pulled.
// Media does not run over it.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Cable {
  readonly url: string;
  /** Ends every connection and takes no other. */
  pull(): Promise<void>;
  plugIn(): Promise<void>;
  close(): Promise<void>;
}

const listenOn = async (server: Server, port: number): Promise<number> => {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
};

/** `target`: the server's URL. */
export const layCable = async (target: string): Promise<Cable> => {
  const { hostname, port: targetPort } = new URL(target);
  const sockets = new Set<Socket>();

  const carry = (near: Socket): void => {
    const far = connect(Number(targetPort), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
      socket.on('error', () => socket.destroy());
    }
    near.pipe(far).pipe(near);
  };

  let server = createServer(carry);
  const port = await listenOn(server, 0);
  const pull = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: `http://localhost:${port}`,
    pull,
    plugIn: async () => {
      server = createServer(carry);
      await listenOn(server, port);
    },
    close: pull,
  };
};
