// One signaling process at a media node: its calls, begun in the order of their coming and answered when
// they are done, and what it is told unasked. When it goes, nothing of the media goes with it.
import * as z from 'zod/mini';
import type { WebSocket } from 'ws';
import { badParameters, messageOf, toMediaError, unavailable } from './media-errors.ts';
import type { MediaLog } from './media-log.ts';
import type { MediaServer } from './media-server.ts';
import type { MediaEvent, WorkerLoad } from './protocol.ts';
import type { BoundCall } from './rpc-calls.ts';
import {
  type Answer,
  type CallEnvelope,
  type CallMethod,
  isCallMethod,
  type NodeEvent,
  parseCall,
  type RPC_LIMITS,
} from './rpc-messages.ts';
import { WaitingCalls } from './waiting-calls.ts';

export interface RpcTimes {
  /** How often the load is told, which is the heartbeat of this side too. */
  readonly loadMs: number;
  /** A connection over which nothing came for this long is cut. */
  readonly silentMs: number;
}

export interface RpcConnectionDeps {
  readonly server: MediaServer;
  readonly calls: Readonly<Record<CallMethod, BoundCall>>;
  readonly limits: { readonly [L in keyof typeof RPC_LIMITS]: number };
  readonly times: RpcTimes;
  readonly log: MediaLog;
}

/** How often a change is looked for that comes by itself, as a worker that runs again. */
const LOOK_MS = 200;

/** RFC 6455 §7.4.1. */
const POLICY_VIOLATION = 1008;

/** Whose room a call is about, before it is known to be right; all that name none share one. */
const About = z.object({ roomId: z.string() });
const roomOf = (data: unknown): string => About.safeParse(data).data?.roomId ?? '';

/** After these there may be another number of rooms; the load is not looked at after every call. */
const CHANGES_ROOMS: ReadonlySet<CallMethod> = new Set(['ensureRoom', 'closeRoom']);

/** What a change of is told at once. The rest changes all the time. */
const shapeOf = (load: readonly WorkerLoad[]): string =>
  JSON.stringify(load.map(({ rooms, alive, draining }) => [rooms, alive, draining]));

export class RpcConnection {
  readonly #socket: WebSocket;
  readonly #deps: RpcConnectionDeps;
  readonly #waiting: WaitingCalls;
  readonly #unwatch: () => void;
  readonly #look: NodeJS.Timeout;
  #lastHeardMs = performance.now();
  #toldShape = '';
  #toldMs = performance.now();
  #isClosed = false;

  constructor(socket: WebSocket, deps: RpcConnectionDeps) {
    this.#socket = socket;
    this.#deps = deps;
    this.#waiting = new WaitingCalls(deps.limits);
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on('ping', () => this.#heard());
    socket.on('error', (error) => deps.log.warn({ error: messageOf(error) }, 'broken connection'));
    socket.once('close', () => this.#stop());
    const load = deps.server.load();
    this.#toldShape = shapeOf(load);
    this.#say({ event: 'hello', data: { nodeId: deps.server.nodeId, load } });
    this.#unwatch = deps.server.watch((event) => this.#pass(event));
    this.#look = setInterval(() => this.#onLook(), Math.min(LOOK_MS, deps.times.loadMs));
  }

  /** The other side connects again, perhaps to the one that comes after. */
  close(): void {
    this.#stop();
    this.#socket.close();
  }

  #stop(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unwatch();
    clearInterval(this.#look);
  }

  #heard(): void {
    this.#lastHeardMs = performance.now();
  }

  #onLook(): void {
    const nowMs = performance.now();
    const { silentMs, loadMs } = this.#deps.times;
    if (nowMs - this.#lastHeardMs > silentMs) this.#cut('silent');
    else if (nowMs - this.#toldMs >= loadMs) this.#tellLoad();
    else this.#tellChange();
  }

  #tellChange(): void {
    if (shapeOf(this.#deps.server.load()) !== this.#toldShape) this.#tellLoad();
  }

  #cut(why: string): void {
    if (this.#isClosed) return;
    this.#deps.log.warn({ why }, 'connection cut');
    this.#stop();
    this.#socket.terminate();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#isClosed) return;
    this.#heard();
    const call = isBinary ? undefined : parseCall(data.toString());
    if (call !== undefined) {
      this.#begin(call);
      return;
    }
    this.#deps.log.warn({}, 'what was said is no call');
    this.#stop();
    this.#socket.close(POLICY_VIOLATION, 'not a call');
  }

  #begin({ id, method, data }: CallEnvelope): void {
    if (!isCallMethod(method)) {
      this.#refuse(id, badParameters('there is no such call'));
      return;
    }
    const forget = this.#waiting.add(roomOf(data));
    if (forget === undefined) {
      this.#refuse(id, unavailable('too many calls wait'));
      return;
    }
    let isAnswered = false;
    const settle = (answer: () => void): void => {
      if (isAnswered) return;
      isAnswered = true;
      clearTimeout(timer);
      forget();
      answer();
    };
    const timer = setTimeout(
      () => settle(() => this.#refuse(id, unavailable('the worker does not answer'))),
      this.#deps.limits.callTimeoutMs,
    );
    this.#deps.calls[method](data).then(
      (result) =>
        settle(() => {
          if (CHANGES_ROOMS.has(method)) this.#tellChange();
          this.#say({ id, ok: true, data: result });
        }),
      (error: unknown) => settle(() => this.#refuse(id, error)),
    );
  }

  #refuse(id: number, error: unknown): void {
    const { code, message } = toMediaError(error);
    this.#say({ id, ok: false, error: { code, message } });
  }

  #pass(event: MediaEvent): void {
    switch (event.type) {
      case 'audio-levels': {
        const { roomId, levels } = event;
        this.#say({ event: event.type, data: { roomId, levels } });
        return;
      }
      case 'room-lost': {
        // First, so that whoever places the room again takes no dead worker.
        this.#tellLoad();
        const { roomId, placement } = event;
        this.#say({ event: event.type, data: { roomId, placement } });
        return;
      }
      case 'draining':
        this.#tellChange();
        return;
      // Of a node that is reached over a network; this one is in the process.
      case 'connected':
      case 'disconnected':
        return;
    }
  }

  #tellLoad(): void {
    const load = this.#deps.server.load();
    this.#toldShape = shapeOf(load);
    this.#toldMs = performance.now();
    this.#say({ event: 'load', data: { load } });
  }

  /** A reader that is too slow is cut off: what it misses would only get more. */
  #say(message: Answer | NodeEvent): void {
    if (this.#isClosed || this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > this.#deps.limits.sendBufferBytes) this.#cut('too slow');
    else this.#socket.send(JSON.stringify(message));
  }
}
