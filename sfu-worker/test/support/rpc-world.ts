// A media server behind its door, and raw sockets that say what they like there.
import { once } from 'node:events';
import { request } from 'node:http';
import { WebSocket } from 'ws';
import { createMediaServer, type MediaServer } from '../../src/media-server.ts';
import { connectMediaNode, type RemoteMediaNode } from '../../src/remote-media-node.ts';
import { type RpcServer, type RpcServerOptions, startRpcServer } from '../../src/rpc-server.ts';
import { connected, SECRET, SILENT } from './media-world.ts';

export interface RpcWorld {
  readonly server: MediaServer;
  readonly rpc: RpcServer;
  readonly url: string;
  /** A client of the kind that signaling has. */
  readonly connect: () => Promise<RemoteMediaNode>;
  /** Open, and says nothing by itself. */
  readonly raw: () => Promise<RawClient>;
  readonly close: () => Promise<void>;
}

export interface RawClient {
  readonly socket: WebSocket;
  /** Everything that came, in order. */
  readonly heard: readonly unknown[];
  /** The code of the close, null before. */
  closeCode(): number | null;
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

const openRaw = async (url: string): Promise<RawClient> => {
  const socket = new WebSocket(`${url}/rpc`, { headers: bearer(SECRET) });
  const heard: unknown[] = [];
  let closeCode: number | null = null;
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString())));
  socket.on('close', (code) => (closeCode = code));
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return { socket, heard, closeCode: () => closeCode };
};

/** The status that an upgrade is refused with. */
export const refusedWith = (
  url: string,
  path: string,
  headers: Record<string, string>,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = request(new URL(path, url.replace('ws', 'http')), {
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
        ...headers,
      },
    });
    asked.on('response', ({ statusCode }) => resolve(statusCode ?? 0));
    asked.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    asked.on('error', reject);
    asked.end();
  });

export const startRpcWorld = async (
  options: Partial<RpcServerOptions> & { readonly workers?: number } = {},
): Promise<RpcWorld> => {
  const { workers = 1, ...rest } = options;
  const server = await createMediaServer({ nodeId: 'n1', workers, rtcPortBase: 0, log: SILENT });
  const rpc = await startRpcServer({
    server,
    secret: SECRET,
    host: '127.0.0.1',
    port: 0,
    log: SILENT,
    ...rest,
  });
  const url = `ws://127.0.0.1:${rpc.port}`;
  const clients: RemoteMediaNode[] = [];
  return {
    server,
    rpc,
    url,
    connect: async () => {
      const node = connectMediaNode({ url, secret: SECRET, log: SILENT });
      clients.push(node);
      await connected(node);
      return node;
    },
    raw: () => openRaw(url),
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await rpc.close();
      await server.close();
    },
  };
};
