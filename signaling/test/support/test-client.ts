// A client of the real protocol without a browser: requests with answers, every event kept in the
// order of its coming, versions checked to be contiguous as they arrive.
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import * as z from 'zod/mini';
import {
  CLOSE,
  type ErrorCode,
  type Method,
  type Position,
  PROTOCOL_VERSION,
  parseServerMessage,
  type PeerId,
  type RecordEvent,
  type RequestAnswer,
  Requests,
  type RoomId,
  type ServerEvent,
} from '../../src/protocol/index.ts';
import { fetchToken } from './rooms.ts';

export class Refused extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

interface Pending {
  readonly resolve: (data: unknown) => void;
  readonly reject: (error: Error) => void;
}

export type Joined = RequestAnswer<'join'>;

export class TestClient {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, Pending>();
  readonly events: ServerEvent[] = [];
  /** Event names and answered request ids, in the order of their coming. */
  readonly log: string[] = [];
  #nextId = 1;
  #version: number | null = null;
  position: Position | null = null;
  joined: Joined | null = null;
  /** The last application message that this client has. */
  lastMessage = 0;
  closeCode: number | null = null;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#onMessage(data.toString()));
    socket.on('close', (code) => {
      this.closeCode = code;
      for (const { reject } of this.#pending.values()) reject(new Error(`closed with ${code}`));
    });
    socket.on('error', () => undefined);
  }

  static async connect(url: string, headers: Record<string, string> = {}): Promise<TestClient> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers });
    const client = new TestClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return client;
  }

  static async join(url: string, roomId: RoomId): Promise<TestClient> {
    const token = await fetchToken(url, roomId);
    const client = await TestClient.connect(url);
    await client.join(token);
    return client;
  }

  async join(token: string, { direct = true } = {}): Promise<Joined> {
    this.#version = null;
    const joined = await this.request('join', { protocol: PROTOCOL_VERSION, token, direct });
    this.joined = joined;
    return joined;
  }

  /** Takes up the session of another client whose socket is lost. */
  async resume(from: TestClient): Promise<RequestAnswer<'resume'>> {
    const { sessionToken } = from.session;
    this.joined = from.session;
    this.lastMessage = from.lastMessage;
    return this.request('resume', {
      protocol: PROTOCOL_VERSION,
      sessionToken,
      position: from.at,
      lastMessage: from.lastMessage,
    });
  }

  get session(): Joined {
    if (this.joined === null) throw new Error('this client has not joined');
    return this.joined;
  }

  get at(): Position {
    if (this.position === null) throw new Error('this client has no position');
    return this.position;
  }

  get peerId(): PeerId {
    return this.session.peerId;
  }

  get placement(): number {
    const placed = this.recordEvents().findLast(({ event }) => event === 'room-placed');
    if (placed?.event === 'room-placed') return placed.data.placement;
    const { placement } = this.session.room;
    if (placement === null) throw new Error('the room is not placed');
    return placement;
  }

  async request<M extends Method>(method: M, data: unknown): Promise<RequestAnswer<M>>;
  async request(method: Method, data: unknown): Promise<unknown> {
    return z.parse(Requests[method].answer, await this.send(method, data));
  }

  /** The raw answer, for methods and data that the protocol does not have. */
  send(method: string, data: unknown): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, data }));
    });
  }

  sendRaw(data: string | Buffer): void {
    this.#socket.send(data);
  }

  recordEvents(): RecordEvent[] {
    return this.events.filter((event) => 'version' in event);
  }

  names(): string[] {
    return this.recordEvents().map(({ event }) => event);
  }

  /** Waits until the room has a home. */
  async placed(): Promise<number> {
    if (this.session.room.placement === null) await this.heard('room-placed');
    return this.placement;
  }

  /** Resolves with the first event of this name, past or to come. */
  async heard<N extends ServerEvent['event']>(
    name: N,
  ): Promise<Extract<ServerEvent, { event: N }>> {
    const is = (event: ServerEvent): event is Extract<ServerEvent, { event: N }> =>
      event.event === name;
    await expect.poll(() => this.events.some(is), { timeout: 10_000 }).toBe(true);
    const found = this.events.find(is);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  }

  /** Reads nothing any more, as a browser that hangs. */
  pause(): void {
    this.#socket.pause();
  }

  /** As when a cable is pulled: no close frame is sent. */
  cut(): void {
    this.#socket.terminate();
  }

  close(code?: number): void {
    this.#socket.close(code);
  }

  /** As a browser does when its page is closed or loaded anew. */
  goAway(): void {
    this.#socket.close(CLOSE.goingAway);
  }

  async closed(): Promise<number> {
    await expect.poll(() => this.closeCode, { timeout: 10_000 }).not.toBeNull();
    return this.closeCode ?? 0;
  }

  #onMessage(text: string): void {
    const message = parseServerMessage(text);
    if (message === undefined) throw new Error(`not of the protocol: ${text}`);
    if ('event' in message) {
      this.events.push(message);
      this.log.push(message.event);
      if ('version' in message) this.#follow(message);
      if (message.event === 'app-message') this.#hear(message.data.message.seq);
      return;
    }
    this.log.push(`answer ${message.id}`);
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (!message.ok) {
      pending?.reject(new Refused(message.error.code, message.error.message));
      return;
    }
    this.#take(message.data, message.version);
    pending?.resolve(message.data);
  }

  #hear(seq: number): void {
    expect(seq, 'messages come in order, none twice').toBeGreaterThan(this.lastMessage);
    this.lastMessage = seq;
  }

  /** Join and resume say where the log goes on; other answers come after the events that they name. */
  #take(data: unknown, version: number | undefined): void {
    const join = Requests.join.answer.safeParse(data);
    const resume = Requests.resume.answer.safeParse(data);
    const look = Requests['read-room'].answer.safeParse(data);
    if (join.success) this.lastMessage = join.data.lastMessage;
    for (const { seq } of resume.data?.messages ?? []) this.#hear(seq);
    if (join.success) this.#startAt(join.data.room.position);
    else if (resume.success && resume.data.kind === 'snapshot') {
      this.#startAt(resume.data.room.position);
    } else if (resume.success && resume.data.kind === 'events') {
      const last = resume.data.events.at(-1);
      const incarnation = Requests.join.answer.parse(this.joined).room.position.incarnation;
      if (last !== undefined) {
        this.#startAt({ incarnation, version: last.version, head: last.head });
      }
    } else if (look.success) {
      expect(look.data.room.position, 'the room as of the last fact').toEqual(this.position);
    } else if (version !== undefined) {
      expect(this.#version, 'events come before the answer that names them').toBeGreaterThanOrEqual(
        version,
      );
    }
  }

  #startAt(position: Position): void {
    this.position = position;
    this.#version = position.version;
  }

  #follow({ version, head }: RecordEvent): void {
    expect(version, 'versions are contiguous').toBe((this.#version ?? 0) + 1);
    this.#version = version;
    if (this.position !== null) this.position = { ...this.position, version, head };
  }
}
