// The page's half of the protocol: keeps one session alive over one socket after another, follows
// the room's log, and answers requests with typed promises. Knows nothing of media.
import {
  type Answer,
  type AppMessage,
  CLOSE,
  type Method,
  type RecordEvent,
  type RequestAnswer,
  type RequestData,
  type ServerMessage,
  type Signal,
} from '@sotto/signaling/protocol';
import { backoffMs } from './backoff.ts';
import type { Cancel } from './clock.ts';
import type { ClientListener, EndReason, JoinAnswer } from './client-listener.ts';
import { Connection, type ConnectionDeps } from './connection.ts';
import { type Greeting, greet, type Identity } from './greeting.ts';
import { Later } from './later.ts';
import { follow } from './log-position.ts';
import { PendingRequests, readAnswer } from './pending-requests.ts';
import { afterRefusal } from './refusal.ts';
import { codeOf, RequestError, type RequestErrorCode } from './request-error.ts';

/** Before the first join succeeded; afterwards the client tries for as long as the page is open. */
export const FIRST_JOIN_TIMEOUT_MS = 20_000;

/**
 * All who were in a room that was lost are told at once, and come back within this. Longer: a group removes
 * who is not there yet (150 ms after the first is, e2ee G26), and lets them in anew under other keys.
 */
export const REJOIN_SPREAD_MS = 100;

export type { ClientListener, EndReason, JoinAnswer } from './client-listener.ts';

export interface ClientDeps extends ConnectionDeps {
  /** [0, 1) */
  readonly random: () => number;
  /** Calls when the network may be back; the answer ends it. */
  readonly watchWakeUps: (onWakeUp: () => void) => Cancel;
}

type State =
  | { readonly name: 'waiting'; readonly cancel: Cancel }
  /** The socket opens, or `join` or `resume` has no answer yet. */
  | { readonly name: 'greeting'; readonly connection: Connection }
  | { readonly name: 'ready'; readonly connection: Connection }
  | { readonly name: 'ended' };

export class SignalingClient {
  readonly #deps: ClientDeps;
  readonly #listener: ClientListener;
  readonly #pending: PendingRequests;
  readonly #stopWatching: Cancel;
  /** Greets again on the same socket. */
  readonly #greetings: Later;
  /** Sends again what was not done for now. */
  readonly #repeats: Later;
  #cancelDeadline: Cancel;
  #state: State;
  #greeting: Greeting | null = null;
  #identity: Identity;
  #attempt = 0;
  #hasJoined = false;
  #lastId = 0;

  /** Begins to join at once. */
  constructor(
    deps: ClientDeps,
    credentials: Omit<Identity, 'position' | 'lastMessage'>,
    listener: ClientListener,
  ) {
    this.#deps = deps;
    this.#listener = listener;
    this.#identity = { ...credentials, position: null, lastMessage: 0 };
    this.#pending = new PendingRequests(deps.clock);
    this.#stopWatching = deps.watchWakeUps(() => this.probe());
    this.#greetings = new Later(deps);
    this.#repeats = new Later(deps);
    this.#cancelDeadline = this.#setDeadline();
    this.#state = this.#connect();
  }

  /** The join token, and once there is a session the session token. */
  get token(): string {
    return this.#identity.token;
  }

  /** Waits for the connection if there is none. Rejects with RequestError. */
  request<M extends Method>(method: M, data: RequestData<M>): Promise<RequestAnswer<M>> {
    if (this.#state.name === 'ended') return Promise.reject(new RequestError('closed'));
    const { text, isDeferred, answer } = this.#pending.add(this.#nextId(), method, data);
    if (this.#state.name === 'ready' && !isDeferred) this.#state.connection.send(text);
    // Where media found its way gone, this one may have gone with it.
    if (method === 'restart-ice' || method === 'peer-to-peer') this.probe();
    return answer;
  }

  /** The network may be back, or another one: what is there is asked, what is not is tried at once. */
  probe(): void {
    const state = this.#state;
    switch (state.name) {
      case 'ready':
      case 'greeting':
        state.connection.probe();
        return;
      case 'waiting':
        state.cancel();
        this.#state = this.#connect();
        return;
      case 'ended':
        return;
    }
  }

  /** Of joins to come too. Rejects with RequestError. */
  async setDirect(direct: boolean): Promise<void> {
    this.#identity = { ...this.#identity, direct };
    await this.request('set-direct', { direct });
  }

  /** Tells the server that the person left, and closes. */
  leave(): void {
    if (this.#state.name === 'ready') {
      this.#state.connection.send(
        JSON.stringify({ id: this.#nextId(), method: 'leave', data: {} }),
      );
    }
    this.close();
  }

  /** Ends without a word to the listener; what is pending is rejected with `closed`. */
  close(): void {
    const state = this.#state;
    if (state.name === 'ended') return;
    this.#state = { name: 'ended' };
    this.#stopWatching();
    this.#cancelDeadline();
    this.#stopRepeating();
    if (state.name === 'waiting') state.cancel();
    else state.connection.close(CLOSE.leave);
    this.#pending.failAll('closed');
  }

  #end(reason: EndReason): void {
    if (this.#state.name === 'ended') return;
    this.close();
    this.#listener.onEnded(reason);
  }

  #setDeadline(): Cancel {
    return this.#deps.clock.after(FIRST_JOIN_TIMEOUT_MS, () => this.#end('unreachable'));
  }

  #stopRepeating(): void {
    this.#greetings.cancel();
    this.#repeats.cancel();
  }

  #moveTo(position: Identity['position']): void {
    this.#identity = { ...this.#identity, position };
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #connect(): State {
    const connection: Connection = new Connection(this.#deps, {
      onOpen: () => this.#greet(connection),
      onMessage: (message) => this.#receive(connection, message),
      onLost: (code) => {
        if (code === CLOSE.replaced) this.#end('replaced');
        else this.#reconnect();
      },
    });
    return { name: 'greeting', connection };
  }

  #reconnect(): void {
    const state = this.#state;
    if (state.name === 'ended' || state.name === 'waiting') return;
    state.connection.close(CLOSE.silent);
    this.#stopRepeating();
    const wait = backoffMs(this.#attempt, this.#deps.random);
    this.#attempt += 1;
    const cancel = this.#deps.clock.after(wait, () => {
      this.#state = this.#connect();
    });
    this.#state = { name: 'waiting', cancel };
    this.#listener.onConnection('reconnecting');
  }

  #greet(connection: Connection): void {
    this.#greeting = greet(this.#nextId(), this.#identity);
    connection.send(this.#greeting.text);
  }

  #receive(connection: Connection, message: ServerMessage): void {
    const state = this.#state;
    switch (state.name) {
      case 'greeting':
        if ('event' in message) {
          // A join under way is into the room as it is now.
          const isJoining = this.#greeting?.method === 'join';
          if (message.event === 'room-reset' && !isJoining) this.#joinAgain(connection);
        } else if (message.id === this.#greeting?.id) {
          this.#receiveGreeting(connection, this.#greeting, message);
        }
        return;
      case 'ready':
        if ('event' in message) this.#receiveEvent(connection, message);
        else this.#receiveAnswer(connection, message);
        return;
      case 'waiting':
      case 'ended':
        return;
    }
  }

  #receiveAnswer(connection: Connection, answer: Answer): void {
    const version = answer.ok ? answer.version : undefined;
    if (version !== undefined && version > (this.#identity.position?.version ?? 0)) {
      // Events are missing. The request stays pending: it is sent again after the resume.
      this.#reconnect();
      return;
    }
    if (version !== undefined) this.#repeats.succeed();
    if (!answer.ok && answer.error.code === 'unavailable') {
      this.#pending.defer(answer.id);
      this.#repeats.do(() => {
        for (const text of this.#pending.takeDeferred()) connection.send(text);
      });
      return;
    }
    this.#pending.settle(answer);
    if (!answer.ok && answer.error.code === 'room-reset') this.#joinAgain(connection);
  }

  #receiveEvent(connection: Connection, message: RecordEvent | Signal): void {
    if ('version' in message) {
      this.#followEvent(message);
      return;
    }
    switch (message.event) {
      case 'heartbeat':
        this.#attempt = 0;
        return;
      case 'room-reset':
        this.#joinAgain(connection);
        return;
      case 'audio-levels':
      case 'epoch-ready':
        this.#listener.onSignal(message);
        return;
      case 'app-message':
        this.#takeMessage(message.data.message);
        return;
    }
  }

  /** Once each, in the order of the ring. */
  #takeMessage(message: AppMessage): void {
    if (message.seq <= this.#identity.lastMessage) return;
    this.#identity = { ...this.#identity, lastMessage: message.seq };
    this.#listener.onSignal({ event: 'app-message', data: { message } });
  }

  #followEvent(event: RecordEvent): void {
    const { position } = this.#identity;
    if (position === null) return;
    const followed = follow(position, event);
    if (followed === 'known') return;
    if (followed === 'gap') {
      this.#reconnect();
      return;
    }
    this.#moveTo(followed);
    this.#listener.onEvent(event);
  }

  /** The room's record is another: the same person joins it with the session token. */
  #joinAgain(connection: Connection): void {
    if (this.#state.name === 'ended') return;
    // Who is on the way back already comes alone, and not together with all others.
    const isAlone = this.#state.name === 'greeting';
    const waitMs = isAlone ? 0 : REJOIN_SPREAD_MS * this.#deps.random();
    this.#moveTo(null);
    this.#state = { name: 'greeting', connection };
    this.#greeting = null;
    this.#stopRepeating();
    this.#pending.failAll('room-reset');
    this.#listener.onConnection('reconnecting');
    this.#greetings.doAfter(waitMs, () => this.#greet(connection));
  }

  #receiveGreeting(connection: Connection, { method }: Greeting, answer: Answer): void {
    this.#greeting = null;
    try {
      if (method === 'join') this.#joined(connection, readAnswer('join', answer));
      else this.#resumed(connection, readAnswer('resume', answer));
    } catch (error) {
      const code = codeOf(error);
      if (code === null) throw error;
      this.#refused(connection, method, code);
    }
  }

  #refused(connection: Connection, method: Greeting['method'], code: RequestErrorCode): void {
    switch (afterRefusal(method, code)) {
      case 'try-again':
        this.#reconnect();
        return;
      case 'ask-again':
        this.#askAgain(connection);
        return;
      case 'join-again':
        this.#joinAgain(connection);
        return;
      case 'end':
        this.#end(code);
        return;
    }
  }

  #askAgain(connection: Connection): void {
    if (!this.#hasJoined) {
      // Somebody is there: from here on there is all the time for another answer again.
      this.#cancelDeadline();
      this.#cancelDeadline = this.#setDeadline();
      this.#listener.onDelayed();
    }
    this.#greetings.do(() => this.#greet(connection));
  }

  #joined(connection: Connection, answer: JoinAnswer): void {
    this.#cancelDeadline();
    this.#hasJoined = true;
    const { sessionToken: token, lastMessage } = answer;
    this.#identity = { ...this.#identity, token, lastMessage };
    this.#moveTo(answer.room.position);
    this.#listener.onJoined(answer);
    this.#readyUnlessOver(connection);
  }

  #resumed(connection: Connection, answer: RequestAnswer<'resume'>): void {
    switch (answer.kind) {
      case 'snapshot':
        this.#moveTo(answer.room.position);
        this.#listener.onSnapshot(answer.room);
        break;
      case 'events':
        for (const event of answer.events) this.#followEvent(event);
        break;
    }
    for (const message of answer.messages) this.#takeMessage(message);
    this.#readyUnlessOver(connection);
  }

  /** A gap among the events begins another connection, and the listener may have closed this. */
  #readyUnlessOver(connection: Connection): void {
    if (this.#state.name !== 'greeting') return;
    this.#greetings.succeed();
    this.#state = { name: 'ready', connection };
    for (const text of this.#pending.texts()) connection.send(text);
    this.#listener.onConnection('connected');
  }
}
