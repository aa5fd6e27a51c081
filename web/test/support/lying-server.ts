// A hostile server, as one member sees it: what the real one says is changed on its way, and numbered
// anew, so that the member's client finds a log without gaps.
import {
  parseRequestEnvelope,
  parseServerMessage,
  type Position,
  type RecordEvent,
  Requests,
  type RoomView,
  type ServerMessage,
  type Signal,
} from '@sotto/signaling/protocol';
import type { Between, Wire } from './wire.ts';

/** A fact of the record, before it has its place in the log. */
export type Fact = RecordEvent extends infer Event
  ? Event extends RecordEvent
    ? Pick<Event, 'event' | 'data'>
    : never
  : never;

export type Refusal = 'rate-limited' | 'forbidden' | 'stale-epoch';

export interface Lies {
  /** Facts in place of one. */
  fact?: (fact: Fact) => readonly Fact[];
  signal?: (signal: Signal) => readonly Signal[];
  /** The whole room, as in the answers to `join` and `read-room`. */
  room?: (room: RoomView) => RoomView;
  /** The code to refuse a request with, so that the real server never hears of it; null passes it. */
  refuse?: (method: string) => Refusal | null;
}

const HEAD = 'AAAAAAAAAAAAAAAA';

export class LyingServer implements Between {
  lies: Lies = {};
  readonly #wire: () => Wire;
  /** Of the request that has an id. */
  readonly #methods = new Map<number, string>();
  /** Where the real log is, and the number that the member was told last. */
  #real: Position | null = null;
  #told = 0;

  constructor(wire: () => Wire) {
    this.#wire = wire;
  }

  /** As if it had just become one. */
  tell(fact: Fact): void {
    this.#wire().say(JSON.stringify(this.#numbered(fact, HEAD)));
  }

  signal(signal: Signal): void {
    this.#wire().say(JSON.stringify(signal));
  }

  readonly toServer = (text: string): readonly string[] => {
    const request = parseRequestEnvelope(text);
    if (request === undefined) return [text];
    const { id, method, data } = request;
    this.#methods.set(id, method);
    const code = this.lies.refuse?.(method) ?? null;
    if (code !== null) {
      const error = { code, message: 'so the server says' };
      queueMicrotask(() => this.#wire().say(JSON.stringify({ id, ok: false, error })));
      return [];
    }
    if (method !== 'resume') return [text];
    const position = this.#real ?? Requests.resume.data.parse(data).position;
    return [
      JSON.stringify({ id, method, data: { ...Requests.resume.data.parse(data), position } }),
    ];
  };

  readonly toMember = (text: string): readonly string[] => {
    const message = parseServerMessage(text);
    if (message === undefined) return [text];
    return this.#change(message).map((one) => JSON.stringify(one));
  };

  #change(message: ServerMessage): readonly unknown[] {
    if ('version' in message && 'event' in message) return this.#facts(message);
    if ('event' in message) return this.lies.signal?.(message) ?? [message];
    if (!message.ok) return [message];
    const data = this.#answer(this.#methods.get(message.id), message.data);
    return [{ ...message, data, ...(message.version !== undefined && { version: this.#told }) }];
  }

  #facts({ version, head, ...fact }: RecordEvent): readonly unknown[] {
    if (this.#real !== null) this.#real = { ...this.#real, version, head };
    const told = this.lies.fact?.(fact) ?? [fact];
    return told.map((one) => this.#numbered(one, head));
  }

  #numbered(fact: Fact, head: string): unknown {
    this.#told += 1;
    return { ...fact, version: this.#told, head };
  }

  #answer(method: string | undefined, data: unknown): unknown {
    if (method === 'join') {
      const answer = Requests.join.answer.parse(data);
      return { ...answer, room: this.#room(answer.room) };
    }
    if (method === 'read-room') {
      const answer = Requests['read-room'].answer.parse(data);
      return { room: this.lies.room?.(answer.room) ?? answer.room };
    }
    if (method !== 'resume') return data;
    const answer = Requests.resume.answer.parse(data);
    if (answer.kind === 'snapshot') return { ...answer, room: this.#room(answer.room) };
    return { ...answer, events: answer.events.flatMap((event) => this.#facts(event)) };
  }

  #room(room: RoomView): RoomView {
    this.#startAt(room.position);
    return this.lies.room?.(room) ?? room;
  }

  #startAt(position: Position): void {
    this.#real = position;
    this.#told = position.version;
  }
}

export const isFact =
  <E extends Fact['event']>(event: E) =>
  (fact: Fact): fact is Extract<Fact, { event: E }> =>
    fact.event === event;
