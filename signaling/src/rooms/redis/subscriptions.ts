// Who is told of which room's hints. A subscription that was lost with its connection is made again, and
// then its listeners are told that they may have missed some.
import type { Clock } from '../../clock.ts';
import { BEAT_MS } from '../node-leases.ts';
import { ownListener, RENEW_MS, type StoreListener } from '../room-store.ts';
import type { Calls } from './calls.ts';
import { tellHint } from './hints.ts';
import type { Connection, Link } from './link.ts';

/** Before it is tried again to subscribe, while the connection is up. Shorter: more tries in an outage. */
const AGAIN_MS = 1_000;

/** Subscribed again at once after an outage. More: Redis is kept from others for longer. */
const AGAIN_AT_ONCE = 64;

/** What has to be known of a client here. */
export interface Subscriber extends Connection {
  readonly isCluster: boolean;
  on(event: 'ready' | 'close' | 'subscribersReady' | 'refresh', listener: () => void): unknown;
  on(event: 'smessage', listener: (channel: string, hint: string) => void): unknown;
  ssubscribe(channel: string): Promise<unknown>;
  sunsubscribe(channel: string): Promise<unknown>;
  ping(): Promise<unknown>;
}

/** After a move: the map is read at least once more (connections.ts). */
const UNSETTLED_MS = 2 * RENEW_MS;

export interface SubscriptionsDeps {
  readonly link: Link<Subscriber>;
  /** The server that has the channel by what is known now; of a single one whatever it is. */
  readonly ownerOf: (channel: string) => string | undefined;
  readonly calls: Calls;
  readonly time: Clock;
  readonly onError: (error: unknown) => void;
}

export class Subscriptions {
  readonly #deps: SubscriptionsDeps;
  readonly #channels = new Map<string, Set<StoreListener>>();
  /** Of a cluster: the server that had the channel when it was subscribed to. */
  readonly #owners = new Map<string, string | undefined>();
  /** When a channel was last found to have moved. */
  readonly #movedAtMs = new Map<string, number>();
  /** To be subscribed to again. */
  readonly #due = new Set<string>();
  #isAsking = false;
  #isClosed = false;

  constructor(deps: SubscriptionsDeps) {
    this.#deps = deps;
    const { client } = deps.link;
    client.on('smessage', (channel: string, hint: string) => {
      for (const listener of this.#channels.get(channel) ?? []) tellHint(hint, listener);
    });
    const again = (): void => this.#subscribeAgain([...this.#channels.keys()]);
    deps.link.whenUp(again);
    // Of a cluster: its servers, or which of them has a room, may have changed. A room that moves takes no
    // subscriptions along, and a map that was read in between hides from ioredis that it moved at all.
    client.on('subscribersReady', again);
    client.on('refresh', () => this.#subscribeAgain(this.#moved()));
  }

  /** Resolves when nothing more is missed; the answer ends it. Errors as in Calls.run. */
  async subscribe(channel: string, listener: StoreListener): Promise<() => void> {
    const mine = ownListener(listener);
    const all = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, all.add(mine));
    const stop = (): void => {
      if (!all.delete(mine) || all.size > 0 || this.#channels.get(channel) !== all) return;
      this.#channels.delete(channel);
      this.#owners.delete(channel);
      this.#movedAtMs.delete(channel);
      // Where this is not heard, the connection is gone and its subscriptions with it.
      if (!this.#isClosed) this.#deps.link.client.sunsubscribe(channel).catch(() => undefined);
    };
    try {
      await this.#ask(channel);
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }

  /** Asks the connection whether it is there; without an answer it is soon made anew (connections.ts). */
  check(): void {
    const { calls, link } = this.#deps;
    if (!link.isUp) return;
    calls.probe(BEAT_MS, () => link.client.ping(), 'all').catch(() => undefined);
  }

  close(): void {
    this.#isClosed = true;
    this.#channels.clear();
  }

  async #ask(channel: string): Promise<void> {
    const { calls, link } = this.#deps;
    // Nothing is written over this link: there is no more to be shown than this.
    await calls.run(() => {
      this.#owners.set(channel, this.#deps.ownerOf(channel));
      return link.client.ssubscribe(channel);
    }, 'all');
  }

  /**
   * A map of a cluster is read now and then, and says the same nearly always. It may say where a room is
   * before its former server knows, which takes subscriptions until then, and drops them.
   */
  #moved(): readonly string[] {
    const nowMs = this.#deps.time.now();
    for (const [channel, owner] of this.#owners) {
      if (this.#deps.ownerOf(channel) !== owner) this.#movedAtMs.set(channel, nowMs);
      else if (nowMs - (this.#movedAtMs.get(channel) ?? nowMs) > UNSETTLED_MS) {
        this.#movedAtMs.delete(channel);
      }
    }
    return [...this.#movedAtMs.keys()];
  }

  /** What is asked for while others are being asked for comes after them. */
  #subscribeAgain(channels: readonly string[]): void {
    for (const channel of channels) this.#due.add(channel);
    if (this.#isAsking) return;
    this.#askDue().catch((error: unknown) => {
      this.#deps.onError(error);
      this.#deps.time.after(AGAIN_MS, () => this.#subscribeAgain([]));
    });
  }

  async #askDue(): Promise<void> {
    this.#isAsking = true;
    try {
      while (this.#due.size > 0 && !this.#isClosed) {
        const batch = [...this.#due].slice(0, AGAIN_AT_ONCE);
        for (const channel of batch) this.#due.delete(channel);
        await Promise.all(batch.map((channel) => this.#askOrKeep(channel)));
      }
    } finally {
      this.#isAsking = false;
    }
  }

  async #askOrKeep(channel: string): Promise<void> {
    try {
      await this.#askAgain(channel);
    } catch (error) {
      this.#due.add(channel);
      throw error;
    }
  }

  async #askAgain(channel: string): Promise<void> {
    if (!this.#channels.has(channel)) return;
    const { client } = this.#deps.link;
    // A cluster's client would otherwise keep the channel once more each time.
    if (client.isCluster) await client.sunsubscribe(channel).catch(() => undefined);
    // Who wanted it may have gone meanwhile, and nobody would end it any more.
    if (!this.#channels.has(channel)) return;
    await this.#ask(channel);
    for (const listener of this.#channels.get(channel) ?? []) listener.onMissed();
  }
}
