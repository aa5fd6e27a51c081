// One socket to the server: parses what comes, answers heartbeats, and notices when the other end
// has gone silent. client.ts opens one after another.
import {
  CLOSE,
  HEARTBEAT_TIMEOUT_MS,
  parseServerMessage,
  type ServerMessage,
} from '@sotto/signaling/protocol';
import type { Cancel, Clock } from './clock.ts';
import type { OpenSocket, Socket } from './socket.ts';

/** Opening takes DNS, TCP and TLS; a server that needs more than this is not there. */
const OPEN_TIMEOUT_MS = 10_000;

/** After the network came back: a socket that is alive answers within this. */
const PROBE_TIMEOUT_MS = 4_000;

/** Heartbeats share one id, which no other request has: nobody waits for their answers. */
const HEARTBEAT_ID = 0;
const HEARTBEAT = JSON.stringify({ id: HEARTBEAT_ID, method: 'heartbeat', data: {} });

export interface ConnectionListener {
  onOpen(): void;
  onMessage(message: ServerMessage): void;
  /** Once, when it ended for another reason than `close`; with the socket's close code. */
  onLost(code: number): void;
}

export interface ConnectionDeps {
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
}

export class Connection {
  readonly #clock: Clock;
  readonly #listener: ConnectionListener;
  readonly #socket: Socket;
  #cancelSilence: Cancel;
  #isOpen = false;
  #isProbing = false;
  #closed = false;

  constructor({ openSocket, clock }: ConnectionDeps, listener: ConnectionListener) {
    this.#clock = clock;
    this.#listener = listener;
    this.#cancelSilence = clock.after(OPEN_TIMEOUT_MS, () => this.#lose(CLOSE.silent));
    this.#socket = openSocket({
      onOpen: () => {
        this.#isOpen = true;
        this.#isProbing = false;
        this.#expectWithin(HEARTBEAT_TIMEOUT_MS);
        listener.onOpen();
      },
      onText: (text) => this.#receive(text),
      onClose: (code) => this.#lose(code),
    });
  }

  send(text: string): void {
    if (!this.#closed) this.#socket.send(text);
  }

  /** Asks for a sign of life: a socket that died unnoticed, or opens in vain, is found in seconds. */
  probe(): void {
    // Asking again and again gives it no more time.
    if (this.#closed || this.#isProbing) return;
    this.#isProbing = true;
    if (this.#isOpen) this.send(HEARTBEAT);
    this.#expectWithin(PROBE_TIMEOUT_MS);
  }

  close(code: number): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelSilence();
    this.#socket.close(code);
  }

  #receive(text: string): void {
    if (this.#closed) return;
    this.#isProbing = false;
    this.#expectWithin(HEARTBEAT_TIMEOUT_MS);
    const message = parseServerMessage(text);
    // Nothing that this protocol's server says: if it was part of the log, the gap will show.
    if (message === undefined) return;
    if ('event' in message && message.event === 'heartbeat') this.send(HEARTBEAT);
    this.#listener.onMessage(message);
  }

  #expectWithin(ms: number): void {
    this.#cancelSilence();
    this.#cancelSilence = this.#clock.after(ms, () => this.#lose(CLOSE.silent));
  }

  #lose(code: number): void {
    if (this.#closed) return;
    this.close(CLOSE.silent);
    this.#listener.onLost(code);
  }
}
