// What is known of the leases of media nodes from what was read, read after read: who is listed, whose lease
// is over, and who was seen when (PROTOCOL M16). No clock and no network of its own.
import { NODE_LEASE_MS } from '@sotto/sfu-worker/registry';

export interface ListedNode {
  readonly nodeId: string;
  /** `ws://` or `wss://`, host and port. */
  readonly url: string;
  /** When its lease ends, by the clock of who keeps the list. */
  readonly untilMs: number;
}

export interface Listing {
  /** By the clock of who keeps the list. */
  readonly nowMs: number;
  /** Those whose lease holds; each life once. */
  readonly nodes: readonly ListedNode[];
}

/**
 * Whether a lease up to then holds. One that ends much later than a lease lasts was begun before the clock of
 * who keeps the list was set back, and whoever lives has said so again by the new one.
 */
export const isHolding = (untilMs: number, nowMs: number): boolean =>
  untilMs > nowMs && untilMs <= nowMs + 2 * NODE_LEASE_MS;

/** The names of nodes. */
export interface ListChange {
  readonly came: readonly string[];
  readonly went: readonly string[];
}

/** Lives of nodes that are remembered; the one that was seen longest ago is forgotten first. */
const MOST_LIVES = 1_024;

interface Life {
  /** The end of its lease as it was read last. */
  readonly untilMs: number;
  /** When it was listed or connected last, by our clock. */
  readonly seenMs: number;
}

export class LeaseBook {
  /** The one that was seen last is the last. */
  readonly #lives = new Map<string, Life>();
  #listed: ReadonlySet<string> = new Set();
  #nowMs = 0;
  /** Since when every read was answered, by our clock; null when the last one was not. */
  #readingSinceMs: number | null = null;

  /** Gives who is listed that was not, and the other way round. */
  take({ nowMs, nodes }: Listing, atMs: number): ListChange {
    this.#nowMs = nowMs;
    this.#readingSinceMs ??= atMs;
    for (const { nodeId, untilMs } of nodes) {
      this.#remember(nodeId, untilMs, atMs);
    }
    const before = this.#listed;
    this.#listed = new Set(nodes.map(({ nodeId }) => nodeId));
    return {
      came: [...this.#listed].filter((nodeId) => !before.has(nodeId)),
      went: [...before].filter((nodeId) => !this.#listed.has(nodeId)),
    };
  }

  /** It is there, whether it is listed or not. */
  see(nodeId: string, atMs: number): void {
    this.#remember(nodeId, this.#lives.get(nodeId)?.untilMs ?? 0, atMs);
  }

  /** A read was not answered: who is not listed from now on may only not have been able to say so. */
  interrupted(): void {
    this.#readingSinceMs = null;
  }

  /** As it was read last. */
  isListed(nodeId: string): boolean {
    return this.#listed.has(nodeId);
  }

  /**
   * Its lease has ended, and nobody has kept it from being renewed for a whole lease. A lease that was read
   * holds until its end even when the list has come back empty.
   */
  isOver(nodeId: string, atMs: number): boolean {
    const since = this.#readingSinceMs;
    if (since === null || atMs - since < NODE_LEASE_MS || this.isListed(nodeId)) return false;
    return !isHolding(this.#lives.get(nodeId)?.untilMs ?? 0, this.#nowMs);
  }

  wasSeenAfter(nodeId: string, ms: number): boolean {
    const life = this.#lives.get(nodeId);
    return life !== undefined && life.seenMs >= ms;
  }

  known(): readonly string[] {
    return [...this.#lives.keys()];
  }

  #remember(nodeId: string, untilMs: number, seenMs: number): void {
    this.#lives.delete(nodeId);
    this.#lives.set(nodeId, { untilMs, seenMs });
    if (this.#lives.size <= MOST_LIVES) return;
    const [oldest] = this.#lives.keys();
    if (oldest !== undefined) this.#lives.delete(oldest);
  }
}
