// The client of rpc-server.ts: a media node in another process. Connects, and connects again for as long as
// it is not closed; while it is not connected every call is refused at once.
import { WebSocket } from 'ws';
import * as z from 'zod/mini';
import { backoffMs } from './backoff.ts';
import { messageOf, unavailable } from './media-errors.ts';
import type { MediaLog } from './media-log.ts';
import { PendingCalls } from './pending-calls.ts';
import { MediaError, type MediaNode, type WorkerLoad } from './protocol.ts';
import {
  type CallMethod,
  Calls,
  type NodeEvent,
  parseNodeMessage,
  RPC_LIMITS,
} from './rpc-messages.ts';
import { createWatchers, type Watchers } from './watchers.ts';

/** How often the other side hears of this one, which otherwise says nothing unasked. */
const PING_MS = 2_000;
/** The node tells its load each second. Shorter: a pause of it is taken for its end. */
const SILENT_MS = 4_000;
const HANDSHAKE_TIMEOUT_MS = 5_000;

export interface RemoteMediaOptions {
  /** `ws://` or `wss://`, host and port. */
  readonly url: string;
  readonly secret: string;
  readonly log: MediaLog;
  readonly random?: () => number;
  readonly callTimeoutMs?: number;
  readonly silentMs?: number;
}

export interface RemoteMediaNode extends MediaNode {
  /** May be called twice. */
  close(): Promise<void>;
}

export const connectMediaNode = (options: RemoteMediaOptions): RemoteMediaNode => {
  const link = new RemoteLink(options);
  const call =
    <D extends z.core.$ZodType, A extends z.core.$ZodType>(
      method: CallMethod,
      { answer }: { readonly data: D; readonly answer: A },
    ) =>
    async (data: z.input<D>): Promise<z.output<A>> => {
      const answered = z.safeParse(answer, await link.call(method, data));
      if (!answered.success) throw unavailable('the media node answered something else');
      return answered.data;
    };
  const heldRooms = call('heldRooms', Calls.heldRooms);
  return {
    get nodeId() {
      return link.nodeId;
    },
    isConnected: () => link.isConnected,
    load: () => link.load,
    watch: link.watchers.watch,
    close: () => link.close(),
    heldRooms: () => heldRooms({}),
    ensureRoom: call('ensureRoom', Calls.ensureRoom),
    closeRoom: call('closeRoom', Calls.closeRoom),
    closePeer: call('closePeer', Calls.closePeer),
    drain: call('drain', Calls.drain),
    openTransport: call('openTransport', Calls.openTransport),
    connectTransport: call('connectTransport', Calls.connectTransport),
    restartIce: call('restartIce', Calls.restartIce),
    produce: call('produce', Calls.produce),
    setProducerPaused: call('setProducerPaused', Calls.setProducerPaused),
    closeProducer: call('closeProducer', Calls.closeProducer),
    consume: call('consume', Calls.consume),
    view: call('view', Calls.view),
    requestKeyFrames: call('requestKeyFrames', Calls.requestKeyFrames),
  };
};

const isDraining = ({ draining }: WorkerLoad): boolean => draining;

/** The connection there is, or the next one. */
class RemoteLink {
  readonly #options: RemoteMediaOptions;
  readonly #pending: PendingCalls;
  readonly watchers: Watchers;
  #socket: WebSocket | null = null;
  #timer: NodeJS.Timeout | undefined;
  #attempt = 0;
  #lastHeardMs = 0;
  #isClosed = false;
  #nodeId = '';
  /** Null until the node has said who it is. */
  #load: readonly WorkerLoad[] | null = null;

  constructor(options: RemoteMediaOptions) {
    this.#options = options;
    this.#pending = new PendingCalls(options.callTimeoutMs ?? RPC_LIMITS.callTimeoutMs);
    this.watchers = createWatchers(options.log);
    this.#connect();
  }

  get nodeId(): string {
    return this.#nodeId;
  }

  get isConnected(): boolean {
    return this.#load !== null;
  }

  get load(): readonly WorkerLoad[] {
    return this.#load ?? [];
  }

  /** Rejects with MediaError. */
  async call(method: CallMethod, data: unknown): Promise<unknown> {
    const socket = this.#socket;
    if (socket === null || !this.isConnected) throw unavailable('the media node is not connected');
    const isFull =
      this.#pending.size >= RPC_LIMITS.waitingCalls ||
      socket.bufferedAmount > RPC_LIMITS.sendBufferBytes;
    if (isFull) throw unavailable('too many calls wait for the media node');
    return this.#pending.add((id) => socket.send(JSON.stringify({ id, method, data })));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (socket === null) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    // A node that hangs would not answer a close; nothing is lost by not waiting for it.
    socket.terminate();
    await closed;
  }

  #connect(): void {
    const { url, secret, log } = this.#options;
    const rpc = new URL('/rpc', url);
    const { host } = rpc;
    const socket = new WebSocket(rpc, {
      headers: { authorization: `Bearer ${secret}` },
      maxPayload: RPC_LIMITS.answerBytes,
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    this.#socket = socket;
    socket.on('message', (data: Buffer, isBinary: boolean) =>
      this.#receive(socket, isBinary ? '' : data.toString()),
    );
    socket.on('error', (error) => {
      // 401 among them: a wrong secret is for people to mend.
      log.warn({ at: host, error: messageOf(error) }, 'media node not reached');
    });
    socket.once('open', () => this.#watchOver(socket));
    socket.once('close', () => this.#onClosed(socket));
  }

  #watchOver(socket: WebSocket): void {
    this.#lastHeardMs = performance.now();
    const silentMs = this.#options.silentMs ?? SILENT_MS;
    const beat = setInterval(
      () => {
        if (performance.now() - this.#lastHeardMs > silentMs) socket.terminate();
        else socket.ping();
      },
      Math.min(PING_MS, silentMs / 2),
    );
    socket.once('close', () => clearInterval(beat));
  }

  #onClosed(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    const wasConnected = this.isConnected;
    this.#load = null;
    if (!this.#isClosed) {
      const waitMs = backoffMs(this.#attempt, this.#options.random ?? Math.random);
      this.#attempt += 1;
      this.#timer = setTimeout(() => this.#connect(), waitMs);
    }
    this.#pending.failAll('the connection to the media node ended');
    if (!wasConnected) return;
    this.#options.log.warn({ media: this.#nodeId }, 'media node disconnected');
    this.watchers.emit({ type: 'disconnected' });
  }

  #receive(socket: WebSocket, text: string): void {
    if (this.#socket !== socket) return;
    this.#lastHeardMs = performance.now();
    const message = parseNodeMessage(text);
    if (message === undefined) {
      this.#options.log.error({ media: this.#nodeId }, 'the media node speaks something else');
      socket.terminate();
    } else if ('event' in message) {
      this.#hear(message);
    } else if (message.ok) {
      this.#pending.settle(message.id, null, message.data);
    } else {
      const { code, message: why } = message.error;
      this.#pending.settle(message.id, new MediaError(code, why));
    }
  }

  #takeLoad(load: readonly WorkerLoad[]): void {
    const drained = new Set(this.load.filter(isDraining).map(({ worker }) => worker));
    this.#load = load;
    const isNew = load.some((each) => each.draining && !drained.has(each.worker));
    if (isNew) this.watchers.emit({ type: 'draining' });
  }

  #hear(message: NodeEvent): void {
    switch (message.event) {
      case 'hello': {
        if (this.isConnected) return;
        this.#nodeId = message.data.nodeId;
        this.#load = message.data.load;
        this.#attempt = 0;
        this.#options.log.info({ media: this.#nodeId }, 'media node connected');
        this.watchers.emit({ type: 'connected' });
        return;
      }
      case 'load':
        if (this.isConnected) this.#takeLoad(message.data.load);
        return;
      case 'audio-levels':
        this.watchers.emit({ type: message.event, ...message.data });
        return;
      case 'room-lost':
        this.watchers.emit({ type: message.event, ...message.data });
        return;
    }
  }
}
