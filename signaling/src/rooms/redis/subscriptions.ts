// Who is told of which room's hints. A subscription that was lost with its connection is made again, and
// then its listeners are told that they may have missed some.
import type { Clock } from '../../clock.ts';
import { BEAT_MS } from '../node-leases.ts';
import type { StoreListener } from '../room-store.ts';
import type { Calls } from './calls.ts';
import { tellHint } from './hints.ts';
import type { Link } from './link.ts';

/** Before it is tried again to subscribe, while the connection is up. Shorter: more tries in an outage. */
const AGAIN_MS = 1_000;

/** Subscribed again at once after an outage. More: Redis is kept from others for longer. */
const AGAIN_AT_ONCE = 64;

export interface SubscriptionsDeps {
  readonly link: Link;
  readonly calls: Calls;
  readonly time: Clock;
  readonly onError: (error: unknown) => void;
}

export class Subscriptions {
  readonly #deps: SubscriptionsDeps;
  readonly #channels = new Map<string, Set<StoreListener>>();
  #isClosed = false;
  /** Counts the times that all were lost: what an older round was about is done by the newer. */
  #round = 0;

  constructor(deps: SubscriptionsDeps) {
    this.#deps = deps;
    const { client } = deps.link;
    client.on('smessage', (channel: string, hint: string) => {
      for (const listener of this.#channels.get(channel) ?? []) tellHint(hint, listener);
    });
    deps.link.whenUp(() => this.#subscribeAgain());
    // Of a cluster: its servers, or which of them has a room, may have changed. A room that moves takes no
    // subscriptions along, and a map that was read in between hides from ioredis that it moved at all.
    client.on('subscribersReady', () => this.#subscribeAgain());
    client.on('refresh', () => this.#subscribeAgain());
  }

  /** Resolves when nothing more is missed; the answer ends it. Errors as in Calls.run. */
  async subscribe(channel: string, listener: StoreListener): Promise<() => void> {
    // One of its own for each, so that two who give the same listener stop each for itself.
    const mine: StoreListener = {
      onMissed: () => listener.onMissed(),
      onEvents: (events) => listener.onEvents(events),
      onMessage: (entry) => listener.onMessage(entry),
      onWhisper: (whisper) => listener.onWhisper(whisper),
    };
    const all = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, all.add(mine));
    const stop = (): void => {
      if (!all.delete(mine) || all.size > 0 || this.#channels.get(channel) !== all) return;
      this.#channels.delete(channel);
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
    await calls.run(() => link.client.ssubscribe(channel), 'all');
  }

  #subscribeAgain(): void {
    this.#round += 1;
    const round = this.#round;
    this.#askAll(round).catch((error: unknown) => {
      this.#deps.onError(error);
      this.#deps.time.after(AGAIN_MS, () => {
        if (round === this.#round && !this.#isClosed) this.#subscribeAgain();
      });
    });
  }

  async #askAll(round: number): Promise<void> {
    const channels = [...this.#channels.keys()];
    for (let from = 0; from < channels.length; from += AGAIN_AT_ONCE) {
      await Promise.all(
        channels.slice(from, from + AGAIN_AT_ONCE).map((channel) => this.#askAgain(channel, round)),
      );
    }
  }

  async #askAgain(channel: string, round: number): Promise<void> {
    if (round !== this.#round || !this.#channels.has(channel)) return;
    const { client } = this.#deps.link;
    // A cluster's client would otherwise keep the channel once more each time.
    if (client.isCluster) await client.sunsubscribe(channel).catch(() => undefined);
    await this.#ask(channel);
    for (const listener of this.#channels.get(channel) ?? []) listener.onMissed();
  }
}
