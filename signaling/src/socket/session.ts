// One socket from its upgrade to its close: messages in order, one at a time; membership of at most
// one room; a heartbeat; limits. Whatever it holds is lost with it, and nothing else is.
import type { FastifyBaseLogger } from 'fastify';
import type { WebSocket } from 'ws';
import type { Allowance, HandlerDeps, HandlerSession, Membership } from '../handlers/context.ts';
import { endMembership, loseConnection } from '../handlers/membership.ts';
import {
  CLOSE,
  HEARTBEAT_INTERVAL_MS,
  HEARTBEAT_TIMEOUT_MS,
  parseRequestEnvelope,
  type RequestEnvelope,
  type RoomId,
} from '../protocol/index.ts';
import type { RoomPeer, RoomRecord } from '../rooms/record.ts';
import type { RoomMember } from '../rooms/room-fanout.ts';
import { SerialQueue } from '../rooms/serial-queue.ts';
import { dispatch } from './dispatch.ts';
import { Outgoing } from './outgoing.ts';
import { type ConnectionLimits, createBucket } from './rate-limit.ts';

/** A socket that says nothing of who it is does not stay. */
const JOIN_TIMEOUT_MS = 15_000;

const RETIREMENT_CODES: Readonly<Record<Parameters<RoomMember['retire']>[0], number>> = {
  replaced: CLOSE.replaced,
  gone: CLOSE.gone,
  // As after any silence: the page resumes.
  away: CLOSE.silent,
};

interface Joined {
  readonly membership: Membership;
  readonly member: RoomMember;
}

export class Session implements HandlerSession {
  readonly #socket: WebSocket;
  readonly #deps: HandlerDeps;
  readonly #limits: ConnectionLimits;
  readonly #log: FastifyBaseLogger;
  readonly #out: Outgoing;
  readonly #requests = new SerialQueue();
  readonly #takeMessage: (amount: number, nowMs: number) => boolean;
  readonly #takeBytes: (amount: number, nowMs: number) => boolean;
  readonly #takeRefusal: (amount: number, nowMs: number) => boolean;
  readonly #allowances: Readonly<Record<Allowance, (amount: number, nowMs: number) => boolean>>;
  #joined: Joined | null = null;
  /** The last of the room's ring that this socket was told of, or need not be. */
  #toldMessage = 0;
  #isClosed = false;
  #lastHeardMs: number;
  #cancelBeat: () => void = () => undefined;
  #cancelJoinTimeout: () => void = () => undefined;

  constructor(socket: WebSocket, deps: HandlerDeps, limits: ConnectionLimits) {
    const nowMs = deps.clock.now();
    this.#socket = socket;
    this.#deps = deps;
    this.#limits = limits;
    this.#log = deps.log;
    this.#out = new Outgoing(socket, limits.sendBufferBytes, () =>
      this.close(CLOSE.slowConsumer, 'too slow'),
    );
    this.#takeMessage = createBucket(limits.messages, nowMs);
    this.#takeBytes = createBucket(limits.bytes, nowMs);
    this.#takeRefusal = createBucket(limits.refusals, nowMs);
    this.#allowances = {
      appMessages: createBucket(limits.appMessages, nowMs),
      costly: createBucket(limits.costly, nowMs),
    };
    this.#lastHeardMs = nowMs;
    this.#expectJoin();
    this.#scheduleBeat();
  }

  get isOpen(): boolean {
    return !this.#isClosed;
  }

  get membership(): Membership | null {
    return this.#joined?.membership ?? null;
  }

  enter(roomId: RoomId, { peerId, session }: RoomPeer, record: RoomRecord): void {
    let toldVersion = record.version;
    this.#toldMessage = 0;
    const member: RoomMember = {
      peerId,
      session,
      deliver: (events) => {
        for (const event of events) {
          if (event.version <= toldVersion) continue;
          toldVersion = event.version;
          this.#out.tell(event);
        }
      },
      signal: (signal) => this.#out.tell(signal),
      message: (signal) => {
        const { seq } = signal.data.message;
        if (seq <= this.#toldMessage) return;
        this.#toldMessage = seq;
        this.#out.tell(signal);
      },
      reset: () => {
        this.#joined = null;
        this.#expectJoin();
        this.#out.tell({ event: 'room-reset', data: {} });
      },
      retire: (reason) => {
        this.#joined = null;
        this.close(RETIREMENT_CODES[reason], reason);
      },
      // Still a member: that they are gone is said to the record when the store is back.
      cutOff: () => this.close(CLOSE.silent, 'cut off'),
    };
    this.#joined = { membership: { roomId, peerId, session }, member };
    this.#cancelJoinTimeout();
    this.#deps.rooms.attach(roomId, member);
  }

  exit(): void {
    if (this.#joined === null) return;
    const { membership, member } = this.#joined;
    this.#joined = null;
    this.#deps.rooms.detach(membership.roomId, member);
  }

  hold(): void {
    this.#out.hold();
  }

  skipMessages(upToSeq: number): void {
    this.#toldMessage = Math.max(this.#toldMessage, upToSeq);
    this.#out.dropHeld(
      (event) => event.event === 'app-message' && event.data.message.seq <= upToSeq,
    );
  }

  mayTake(allowance: Allowance): boolean {
    return this.#allowances[allowance](1, this.#deps.clock.now());
  }

  giveBack(allowance: Allowance): void {
    this.#allowances[allowance](-1, this.#deps.clock.now());
  }

  /** Every text message, as it arrives. */
  onMessage(text: string, bytes: number): void {
    if (this.#isClosed) return;
    const nowMs = this.#deps.clock.now();
    this.#lastHeardMs = nowMs;
    // Before anything is parsed: reading costs the most.
    if (!this.#takeBytes(bytes, nowMs)) {
      this.close(CLOSE.rateLimited, 'too much');
      return;
    }
    const envelope = parseRequestEnvelope(text);
    if (envelope === undefined) {
      this.close(CLOSE.badMessage, 'not a request');
    } else if (!this.#takeMessage(1, nowMs) || this.#requests.size >= this.#limits.waiting) {
      this.#refuse(envelope, nowMs);
    } else {
      void this.#requests.run(() => this.#serve(envelope));
    }
  }

  /** After the socket has closed; `code` as the other side sent it, 1006 when it just went away. */
  onClose(code: number): void {
    this.#stop();
    // Behind the request under way, so that a join that is half done is undone too.
    void this.#requests.run(() => this.#farewell(code));
  }

  /** From here on nothing that it sends is obeyed. */
  close(code: number, reason: string): void {
    this.#stop();
    this.#socket.close(code, reason);
  }

  #expectJoin(): void {
    if (this.#isClosed) return;
    this.#cancelJoinTimeout();
    this.#cancelJoinTimeout = this.#deps.clock.after(JOIN_TIMEOUT_MS, () => {
      if (this.#joined === null) this.close(CLOSE.notJoined, 'join first');
    });
  }

  #stop(): void {
    this.#isClosed = true;
    this.#cancelBeat();
    this.#cancelJoinTimeout();
  }

  #refuse({ id, method }: RequestEnvelope, nowMs: number): void {
    if (!this.#takeRefusal(1, nowMs)) {
      this.close(CLOSE.rateLimited, 'too many requests');
      return;
    }
    this.#deps.observer.requestRefused(method);
    const error = { code: 'rate-limited', message: 'too many requests' } as const;
    this.#out.answer({ id, ok: false, error });
  }

  async #serve(envelope: RequestEnvelope): Promise<void> {
    if (this.#isClosed) return;
    if (this.#joined === null) this.#out.hold();
    this.#out.answer(await dispatch({ deps: this.#deps, session: this }, envelope, this.#log));
    this.#out.release();
  }

  async #farewell(code: number): Promise<void> {
    const membership = this.membership;
    if (membership === null) return;
    this.exit();
    if (code === CLOSE.leave || code === CLOSE.goingAway)
      await endMembership(this.#deps, membership);
    else await loseConnection(this.#deps, membership);
  }

  #scheduleBeat(): void {
    this.#cancelBeat = this.#deps.clock.after(HEARTBEAT_INTERVAL_MS, () => {
      if (this.#deps.clock.now() - this.#lastHeardMs >= HEARTBEAT_TIMEOUT_MS) {
        this.close(CLOSE.silent, 'silent');
        return;
      }
      this.#out.tell({ event: 'heartbeat', data: {} });
      this.#scheduleBeat();
    });
  }
}
