// The STUN and TURN servers that connections of this call may use, with credentials that expire: they
// are renewed before that, and whoever has a connection hears of it.
import type { IceServer, IceServers as IceServersAnswer } from '@sotto/signaling/protocol';
import { backoffMs } from '../../signaling/backoff.ts';
import type { Cancel, Clock } from '../../signaling/clock.ts';

/** Of the time that is left; the rest is for trying again. */
const RENEW_AT = 3 / 4;
/** A server that gives less would be asked without end; timers of more than 24 days fire at once. */
const LEAST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 86_400_000;

export type { IceServersAnswer };

/** What connections need of it. */
export interface IceServerList {
  readonly current: readonly IceServer[];
  subscribe(onChange: (current: readonly IceServer[]) => void): Cancel;
}

export interface IceServersDeps {
  readonly clock: Clock;
  /** Milliseconds by the clock on the wall: it goes on while a computer sleeps, as timers do not. */
  readonly now: () => number;
  readonly random: () => number;
  readonly watchWakeUps: (onWakeUp: () => void) => Cancel;
  /** Null: the server gives this session none. Rejects when it could not be asked. */
  readonly fetch: () => Promise<IceServersAnswer | null>;
}

export class IceServers implements IceServerList {
  readonly #deps: IceServersDeps;
  readonly #listeners = new Set<(current: readonly IceServer[]) => void>();
  readonly #stopWatching: Cancel;
  #current: readonly IceServer[] = [];
  /** Null while there is nothing to renew. */
  #renewAt: number | null = null;
  #cancelTimer: Cancel = () => undefined;
  #isAsking = false;
  #attempt = 0;
  #closed = false;

  constructor(deps: IceServersDeps) {
    this.#deps = deps;
    this.#stopWatching = deps.watchWakeUps(() => {
      if (this.#renewAt !== null && deps.now() >= this.#renewAt) void this.#renew();
    });
  }

  get current(): readonly IceServer[] {
    return this.#current;
  }

  /** Not called for what is there already. */
  subscribe(onChange: (current: readonly IceServer[]) => void): Cancel {
    const listener = (current: readonly IceServer[]): void => onChange(current);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** As a join was answered, or a renewal. */
  take({ iceServers, expiresInSeconds }: IceServersAnswer): void {
    if (this.#closed) return;
    this.#attempt = 0;
    this.#current = iceServers;
    this.#renewIn(expiresInSeconds === null ? null : expiresInSeconds * 1_000 * RENEW_AT);
    for (const listener of this.#listeners) {
      try {
        listener(iceServers);
      } catch (error) {
        // A connection that does not take them is no reason to keep them from the others.
        reportError(error);
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.#stopWatching();
    this.#cancelTimer();
    this.#listeners.clear();
  }

  #renewIn(ms: number | null): void {
    this.#cancelTimer();
    this.#renewAt = null;
    if (ms === null) return;
    const wait = Math.min(MOST_WAIT_MS, Math.max(LEAST_WAIT_MS, ms));
    this.#renewAt = this.#deps.now() + wait;
    this.#cancelTimer = this.#deps.clock.after(wait, () => void this.#renew());
  }

  /** Never rejects. */
  async #renew(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#cancelTimer();
    try {
      const answer = await this.#deps.fetch();
      if (answer === null) this.#renewIn(null);
      else this.take(answer);
    } catch {
      if (this.#closed) return;
      this.#renewIn(backoffMs(this.#attempt, this.#deps.random));
      this.#attempt += 1;
    } finally {
      this.#isAsking = false;
    }
  }
}
