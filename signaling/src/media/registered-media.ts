// Media nodes that say themselves that they are there: registered where all processes look, each for as
// long as its lease (PROTOCOL M16). One connection to each address, which stays while there is anybody to
// reach.
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import type { Clock } from '../clock.ts';
import { hasCode } from '../errors.ts';
import { createListeners } from '../listeners.ts';
import type { Home } from '../rooms/record.ts';
import {
  findConnected,
  isLongPlaced,
  type MediaDirectory,
  UNSEEN_AFTER_MS,
} from './media-directory.ts';
import { LeaseBook, type Listing } from './media-leases.ts';

/** Shorter: more reads, by every process. Longer: a new node waits for longer, and so do rooms of a dead one. */
export const READ_EVERY_MS = 1_000;

/**
 * A node whose lease is over may be reached again for so long. Shorter: one that has lost Redis alone loses
 * its rooms by a blink of its connection.
 */
export const BLINK_MS = 2_000;

/** Who is neither listed nor connected is dialled for so long. */
export const FORGET_AFTER_MS = 30_000;

/** One connection; who asked for it closes it. */
export interface DialledNode extends MediaNode {
  close(): Promise<void>;
}

export interface RegisteredMediaDeps {
  /** Rejects within READ_EVERY_MS when it is not answered. */
  readonly read: () => Promise<Listing>;
  readonly connect: (url: string) => DialledNode;
  readonly clock: Clock;
  readonly log: Record<'info' | 'warn' | 'error', (facts: object, message: string) => void>;
}

/** One address, and whoever is reached there. */
class Client {
  readonly node: DialledNode;
  #awaySinceMs: number;
  readonly #unwatch: () => void;

  constructor(node: DialledNode, clock: Clock, onChange: () => void) {
    this.node = node;
    this.#awaySinceMs = clock.now();
    this.#unwatch = node.watch(({ type }) => {
      if (type === 'disconnected') this.#awaySinceMs = clock.now();
      if (type === 'connected' || type === 'disconnected') onChange();
    });
  }

  isAwayFor(ms: number, nowMs: number): boolean {
    return !this.node.isConnected() && nowMs - this.#awaySinceMs >= ms;
  }

  async close(): Promise<void> {
    this.#unwatch();
    await this.node.close();
  }
}

class RegisteredMedia implements MediaDirectory {
  readonly #deps: RegisteredMediaDeps;
  readonly #leases = new LeaseBook();
  readonly #changes = createListeners();
  #clients: ReadonlyMap<string, Client> = new Map();
  #nodes: readonly MediaNode[] = [];
  #gone: ReadonlySet<string> = new Set();
  #isReading = false;
  #isUnreadable = false;
  #isClosed = false;
  #toldMs = 0;
  #stopClock: () => void = () => undefined;

  constructor(deps: RegisteredMediaDeps) {
    this.#deps = deps;
    this.#tick();
  }

  get nodes(): readonly MediaNode[] {
    return this.#nodes;
  }

  isListed(nodeId: string): boolean {
    return this.#leases.isListed(nodeId);
  }

  isGone(home: Home, placement: number): boolean {
    if (!this.#isLifeGone(home.nodeId)) return false;
    const now = this.#deps.clock.now();
    return this.#leases.wasSeenAfter(home.nodeId, placement) || isLongPlaced(placement, now);
  }

  watch(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopClock();
    this.#changes.clear();
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }

  #tick(): void {
    void this.#readOnce();
    this.#stopClock = this.#deps.clock.after(READ_EVERY_MS, () => this.#tick());
  }

  /** Never rejects. */
  async #readOnce(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      const listing = await this.#deps.read();
      if (!this.#isClosed) this.#take(listing);
    } catch (error) {
      this.#leases.interrupted();
      this.#sayOnce(error);
    }
    this.#isReading = false;
  }

  /** That Redis is away is said by who keeps the rooms there. */
  #sayOnce(error: unknown): void {
    if (this.#isUnreadable || hasCode(error, 'unavailable')) return;
    this.#isUnreadable = true;
    this.#deps.log.error({ err: error }, 'media nodes cannot be listed');
  }

  #say(came: readonly string[], went: readonly string[]): void {
    const { log } = this.#deps;
    for (const media of came) log.info({ media }, 'media node registered');
    for (const media of went) log.warn({ media }, 'media node not registered any more');
  }

  #take(listing: Listing): void {
    const { clock } = this.#deps;
    this.#isUnreadable = false;
    const now = clock.now();
    const { came, went } = this.#leases.take(listing, now);
    this.#say(came, went);
    for (const { nodeId } of this.#connected()) this.#leases.see(nodeId, now);
    const hasMoved = this.#follow(new Set(listing.nodes.map(({ url }) => url)), now);
    const gone = new Set(this.#leases.known().filter((nodeId) => this.#isLifeGone(nodeId)));
    const isNewlyGone = [...gone].some((nodeId) => !this.#gone.has(nodeId));
    this.#gone = gone;
    // What no change has shown, a look now and then finds: placements that were too new.
    const isDue = now - this.#toldMs >= UNSEEN_AFTER_MS;
    if (came.length + went.length > 0 || hasMoved || isNewlyGone || isDue) this.#tell();
  }

  #tell(): void {
    this.#toldMs = this.#deps.clock.now();
    this.#changes.tell();
  }

  /** Dials addresses that are new, and lets those go at which nobody is. Gives whether there were any. */
  #follow(urls: ReadonlySet<string>, now: number): boolean {
    const { clock, connect } = this.#deps;
    const isOver = (url: string, client: Client): boolean =>
      !urls.has(url) && client.isAwayFor(FORGET_AFTER_MS, now);
    const over = [...this.#clients].filter(([url, client]) => isOver(url, client));
    const added = [...urls].filter((url) => !this.#clients.has(url));
    if (over.length === 0 && added.length === 0) return false;
    const ended = new Set(over.map(([url]) => url));
    this.#clients = new Map([
      ...[...this.#clients].filter(([url]) => !ended.has(url)),
      ...added.map((url) => {
        const client = new Client(connect(url), clock, () => this.#tell());
        return [url, client] as const;
      }),
    ]);
    this.#nodes = [...this.#clients.values()].map(({ node }) => node);
    for (const [, client] of over) void client.close();
    return true;
  }

  #connected(): readonly MediaNode[] {
    return this.#nodes.filter((node) => node.isConnected());
  }

  /** Not connected here, its lease over, and another one is connected: with nowhere to go to, nothing is given up. */
  #isLifeGone(nodeId: string): boolean {
    const isHere = findConnected(this, { nodeId }) !== undefined;
    if (isHere || this.#connected().length === 0) return false;
    const now = this.#deps.clock.now();
    const own = [...this.#clients.values()].find(({ node }) => node.nodeId === nodeId);
    if (own !== undefined && !own.isAwayFor(BLINK_MS, now)) return false;
    return this.#leases.isOver(nodeId, now);
  }
}

/** Reads at once, and from then on. */
export const registeredMedia = (deps: RegisteredMediaDeps): MediaDirectory =>
  new RegisteredMedia(deps);
