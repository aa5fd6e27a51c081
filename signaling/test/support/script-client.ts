// A client for those who measure: it speaks the protocol and looks at no more of it than it must, so that
// what is measured is the server. It comes from an address of its own, as behind a proxy.
import { WebSocket } from 'ws';
import * as z from 'zod/mini';
import { PROTOCOL_VERSION } from '../../src/protocol/index.ts';

const Position = z.object({ incarnation: z.string(), version: z.number(), head: z.string() });
type Position = z.infer<typeof Position>;

const Message = z.object({
  id: z.optional(z.number()),
  ok: z.optional(z.boolean()),
  event: z.optional(z.string()),
  version: z.optional(z.number()),
  head: z.optional(z.string()),
  error: z.optional(z.object({ code: z.string() })),
  data: z.optional(z.unknown()),
});
export type ScriptEvent = z.infer<typeof Message>;

const Joined = z.object({
  peerId: z.string(),
  sessionToken: z.string(),
  room: z.object({ position: Position }),
});

const Resumed = z.union([
  z.object({
    kind: z.literal('events'),
    events: z.array(z.object({ version: z.number(), head: z.string() })),
  }),
  z.object({ kind: z.literal('snapshot'), room: z.object({ position: Position }) }),
]);

export class ScriptRefused extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

interface Pending {
  readonly resolve: (data: unknown) => void;
  readonly reject: (error: Error) => void;
}

let addresses = 0;

/** 10.0.0.0/8 in turn: limits for an address are for one person's. */
const nextAddress = (): string => {
  addresses += 1;
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
};

export const fromElsewhere = (): Record<string, string> => ({ 'x-forwarded-for': nextAddress() });

export class ScriptClient {
  #socket: WebSocket | null = null;
  #pending = new Map<number, Pending>();
  #nextId = 1;
  #position: Position | null = null;
  #sessionToken = '';
  #url = '';
  peerId = '';
  onEvent: (event: ScriptEvent) => void = () => undefined;
  onClose: () => void = () => undefined;

  get url(): string {
    return this.#url;
  }

  /** Opens a socket; a former one is forgotten. */
  async open(url: string): Promise<void> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers: fromElsewhere() });
    this.#url = url;
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#hear(data.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      for (const { reject } of this.#pending.values()) reject(new Error('closed'));
      this.#pending.clear();
      this.onClose();
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('close', () => reject(new Error('closed')));
    });
  }

  /** Rejects with ScriptRefused, or when the socket closes. */
  request(method: string, data: unknown): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#socket?.send(JSON.stringify({ id, method, data }));
    });
  }

  async join(token: string): Promise<void> {
    const answer = await this.request('join', { protocol: PROTOCOL_VERSION, token, direct: true });
    const { peerId, sessionToken, room } = Joined.parse(answer);
    this.peerId = peerId;
    this.#sessionToken = sessionToken;
    this.#position = room.position;
  }

  /** As who it was before, when its record is gone. */
  joinAgain(): Promise<void> {
    return this.join(this.#sessionToken);
  }

  async resume(): Promise<void> {
    const answer = await this.request('resume', {
      protocol: PROTOCOL_VERSION,
      sessionToken: this.#sessionToken,
      position: this.#position,
      lastMessage: 0,
    });
    const resumed = Resumed.parse(answer);
    if (resumed.kind === 'snapshot') this.#position = resumed.room.position;
    else for (const { version, head } of resumed.events) this.#follow(version, head);
  }

  /** For good. */
  end(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1001);
  }

  #follow(version: number, head: string): void {
    if (this.#position !== null) this.#position = { ...this.#position, version, head };
  }

  #hear(text: string): void {
    const message = Message.parse(JSON.parse(text));
    const { id, ok, event, version, head } = message;
    if (event !== undefined) {
      if (version !== undefined && head !== undefined) this.#follow(version, head);
      if (event === 'heartbeat') this.request('heartbeat', {}).catch(() => undefined);
      this.onEvent(message);
    } else if (id !== undefined) {
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (ok === true) pending?.resolve(message.data);
      else pending?.reject(new ScriptRefused(message.error?.code ?? 'unknown'));
    }
  }
}
