// A media node's door: one WebSocket for each signaling process, at `/rpc`, open to who knows the secret.
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { createAuthorization } from './authorization.ts';
import { messageOf, unavailable } from './media-errors.ts';
import type { MediaLog } from './media-log.ts';
import type { MediaServer } from './media-server.ts';
import { bindCalls } from './rpc-calls.ts';
import { RpcConnection, type RpcConnectionDeps, type RpcTimes } from './rpc-connection.ts';
import { RPC_LIMITS } from './rpc-messages.ts';

const RPC_PATH = '/rpc';
export const LIVE_PATH = '/livez';

/** Signaling processes, and who only tries. More: strangers may hold more sockets. */
const MAX_CONNECTIONS = 1_000;
/** For the request that opens a connection. */
const REQUEST_TIMEOUT_MS = 10_000;
/** How often it is looked for who has said nothing for that long. Node's own 30 s would add to it. */
const REQUEST_LOOK_MS = 1_000;

export const DEFAULT_TIMES: RpcTimes = { loadMs: 1_000, silentMs: 10_000 };

export interface RpcServerOptions {
  readonly server: MediaServer;
  readonly secret: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly log: MediaLog;
  readonly limits?: Partial<RpcConnectionDeps['limits']>;
  readonly times?: RpcTimes;
  readonly maxConnections?: number;
  readonly requestTimeoutMs?: number;
}

export interface RpcServer {
  readonly port: number;
  /** How many signaling processes are connected. */
  connections(): number;
  /** Closes the connections, not the media server. */
  close(): Promise<void>;
}

/** Who does not close their own half would hold their place, and a close of the server, for ever. */
const refuse = (socket: Duplex, status: number): void => {
  socket.on('error', () => undefined);
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
};

/** Rejects with `unavailable`, for people to read, when it cannot listen. */
export const startRpcServer = async (options: RpcServerOptions): Promise<RpcServer> => {
  const { server, log } = options;
  const limits = { ...RPC_LIMITS, ...options.limits };
  const deps = {
    server,
    calls: bindCalls(server),
    limits,
    log,
    times: options.times ?? DEFAULT_TIMES,
  };
  const isAuthorized = createAuthorization(options.secret);
  const connections = new Set<RpcConnection>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.callBytes,
    perMessageDeflate: false,
  });
  const requestTimes = {
    requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: REQUEST_LOOK_MS,
  };
  const http = createServer(requestTimes, (request, response) => {
    const isLive = request.method === 'GET' && request.url === LIVE_PATH;
    response.writeHead(isLive ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: isLive ? 'live' : 'not-found' }));
  });
  http.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;

  const accept = (socket: WebSocket): void => {
    const connection = new RpcConnection(socket, deps);
    connections.add(connection);
    log.info({ connections: connections.size }, 'signaling connected');
    socket.once('close', (code) => {
      connections.delete(connection);
      log.info({ code, connections: connections.size }, 'signaling disconnected');
    });
  };
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url !== RPC_PATH) {
      refuse(socket, 404);
    } else if (!isAuthorized(request.headers.authorization)) {
      log.warn({}, 'a connection without the secret was refused');
      refuse(socket, 401);
    } else {
      sockets.handleUpgrade(request, socket, head, accept);
    }
  });

  const { port, host } = options;
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error) =>
      reject(unavailable(`Cannot listen on ${host} port ${port} (${messageOf(error)}).`)),
    );
    http.listen({ port, host }, resolve);
  });
  const address = http.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    connections: () => connections.size,
    close: async () => {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      for (const connection of connections) connection.close();
      // Those that do not answer the close, and those that never became connections.
      setTimeout(
        () => sockets.clients.forEach((socket) => socket.terminate()),
        CLOSE_WAIT_MS,
      ).unref();
      http.closeAllConnections();
      await closed;
    },
  };
};

const CLOSE_WAIT_MS = 500;
