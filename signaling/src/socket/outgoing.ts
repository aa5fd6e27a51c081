// What leaves by one socket, in order. While held, news waits for the answer that must come first
// (PROTOCOL V3).
import type { WebSocket } from 'ws';
import type { Answer, ServerEvent } from '../protocol/index.ts';

/** News is one object for all of a room's sockets, and serialized once for all of them. */
const texts = new WeakMap<ServerEvent, string>();

const textOf = (event: ServerEvent): string => {
  const text = texts.get(event) ?? JSON.stringify(event);
  texts.set(event, text);
  return text;
};

export class Outgoing {
  readonly #socket: WebSocket;
  readonly #maxBufferBytes: number;
  readonly #onTooSlow: () => void;
  #held: ServerEvent[] | null = null;

  constructor(socket: WebSocket, maxBufferBytes: number, onTooSlow: () => void) {
    this.#socket = socket;
    this.#maxBufferBytes = maxBufferBytes;
    this.#onTooSlow = onTooSlow;
  }

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const event of held) this.#send(textOf(event));
  }

  /** Of what is held: the answer that it waits for says it already. */
  dropHeld(isSaid: (event: ServerEvent) => boolean): void {
    this.#held = this.#held?.filter((event) => !isSaid(event)) ?? null;
  }

  answer(answer: Answer): void {
    this.#send(JSON.stringify(answer));
  }

  tell(event: ServerEvent): void {
    if (this.#held === null) this.#send(textOf(event));
    else this.#held.push(event);
  }

  /** A reader that is too slow is cut off; it resumes, and gets what it missed (PROTOCOL L3). */
  #send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > this.#maxBufferBytes) {
      this.#onTooSlow();
      return;
    }
    this.#socket.send(text);
  }
}
