// One member's way to the server: a real WebSocket that a test can cut, hold up, listen to, and put a
// lying server or a lying client into.
import { WebSocket } from 'ws';
import type { OpenSocket, Socket, SocketListener } from '../../src/signaling/socket.ts';
import type { TestTime } from './time.ts';

/** As browsers say of a socket that is gone without a word. */
const GONE = 1006;
/** Until one notices that there is no network. */
const REFUSED_MS = 5;

export interface WireDeps {
  readonly time: TestTime;
  /** Of the app to try next. */
  readonly nextUrl: () => string;
  /** Every text that crosses, in both directions. */
  readonly onFrame: (text: string) => void;
}

/** What becomes of each text; the answer goes on in its place. */
export interface Between {
  readonly toMember: (text: string) => readonly string[];
  readonly toServer: (text: string) => readonly string[];
}

const NOTHING_BETWEEN: Between = { toMember: (text) => [text], toServer: (text) => [text] };

interface Line {
  readonly socket: WebSocket;
  readonly listener: SocketListener;
  isOver: boolean;
}

export class Wire {
  readonly #deps: WireDeps;
  #line: Line | null = null;
  #isDead = false;
  /** What came and waits, while the way is held up. */
  #held: string[] | null = null;
  offline = false;
  /** In place of the apps that it was made for. */
  detour: (() => string) | null = null;
  between: Between = NOTHING_BETWEEN;

  constructor(deps: WireDeps) {
    this.#deps = deps;
  }

  readonly openSocket: OpenSocket = (listener) => {
    const { time, nextUrl } = this.#deps;
    if (this.offline || this.#isDead) {
      const close = time.after(REFUSED_MS, () => listener.onClose(GONE));
      return { send: () => undefined, close };
    }
    const url = (this.detour ?? nextUrl)();
    return this.#open(`${url.replace('http', 'ws')}/ws`, listener);
  };

  /** The socket is lost: no close frame either way. The client comes back by itself. */
  drop(): void {
    this.#held = null;
    const line = this.#line;
    if (line === null) return;
    line.socket.terminate();
    this.#over(line, GONE);
  }

  /** For good: as when the machine loses power. */
  die(): void {
    this.#isDead = true;
    this.drop();
  }

  /** What comes waits, in order. */
  holdUp(): void {
    this.#held ??= [];
  }

  letGo(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const text of held) this.#deliver(text);
  }

  /** As if the server had said it. */
  say(text: string): void {
    this.#deps.time.touch();
    this.#line?.listener.onText(text);
  }

  /** As if the client had sent it. */
  send(text: string): void {
    if (this.#line !== null) this.#send(this.#line.socket, text);
  }

  #open(url: string, listener: SocketListener): Socket {
    const release = this.#deps.time.hold();
    const socket = new WebSocket(url);
    const line: Line = { socket, listener, isOver: false };
    this.#line = line;
    socket.on('open', () => {
      release();
      if (!line.isOver) listener.onOpen();
    });
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      this.#deps.onFrame(text);
      this.#deps.time.touch();
      if (line.isOver) return;
      if (this.#held === null) this.#deliver(text);
      else this.#held.push(text);
    });
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      release();
      this.#over(line, code);
    });
    return {
      send: (text) => {
        for (const sent of this.between.toServer(text)) this.#send(socket, sent);
      },
      close: (code) => {
        line.isOver = true;
        if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
        else socket.close(code);
      },
    };
  }

  #send(socket: WebSocket, text: string): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    this.#deps.time.touch();
    this.#deps.onFrame(text);
    socket.send(text);
  }

  #deliver(text: string): void {
    for (const said of this.between.toMember(text)) this.say(said);
  }

  #over(line: Line, code: number): void {
    if (line.isOver) return;
    line.isOver = true;
    this.#deps.time.touch();
    line.listener.onClose(code);
  }
}
