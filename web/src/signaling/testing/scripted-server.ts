// The other end of the client's sockets, in memory: a test reads what was asked and says what comes.
import { parseRequestEnvelope, type RequestEnvelope } from '@sotto/signaling/protocol';
import type { OpenSocket, SocketListener } from '../socket.ts';

/** One socket as the server has it. */
export class ServerSocket {
  readonly received: RequestEnvelope[] = [];
  readonly #listener: SocketListener;
  /** As the client closed it; null while open. */
  closedWith: number | null = null;

  constructor(listener: SocketListener) {
    this.#listener = listener;
  }

  open(): this {
    this.#listener.onOpen();
    return this;
  }

  say(message: unknown): void {
    if (this.closedWith === null) this.#listener.onText(JSON.stringify(message));
  }

  sayText(text: string): void {
    this.#listener.onText(text);
  }

  answer(request: RequestEnvelope, data: unknown, version?: number): void {
    this.say({ id: request.id, ok: true, data, ...(version === undefined ? {} : { version }) });
  }

  refuse(request: RequestEnvelope, code: string): void {
    this.say({ id: request.id, ok: false, error: { code, message: 'refused' } });
  }

  close(code: number): void {
    this.#listener.onClose(code);
  }

  /** The last request of that method; throws when there was none. */
  request(method: string): RequestEnvelope {
    const request = this.received.findLast((one) => one.method === method);
    if (request === undefined) throw new Error(`no ${method} was asked`);
    return request;
  }

  get methods(): readonly string[] {
    return this.received.map(({ method }) => method);
  }

  take(text: string): void {
    const request = parseRequestEnvelope(text);
    if (request === undefined) throw new Error('the client sent what is no request');
    this.received.push(request);
  }
}

export class ScriptedServer {
  readonly sockets: ServerSocket[] = [];

  readonly openSocket: OpenSocket = (listener) => {
    const socket = new ServerSocket(listener);
    this.sockets.push(socket);
    return {
      send: (text) => socket.take(text),
      close: (code) => {
        socket.closedWith ??= code;
      },
    };
  };

  /** The newest socket. */
  get socket(): ServerSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket was opened');
    return socket;
  }
}
