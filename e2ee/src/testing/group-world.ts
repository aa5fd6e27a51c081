// A room of clients for tests: real keys, a virtual clock, an ordering server, and queues that deliver
// in each client's order but among clients in an order that the seed picks.
import { importEnvelopeKey } from '../envelope.ts';
import type { GroupKeys } from '../group-keys.ts';
import { samePoint } from '../group-id.ts';
import {
  type GroupRunner,
  type OutsideEffect,
  type SessionEvent,
  createGroupRunner,
} from '../group-runner.ts';
import { createGroupKeys } from '../mls-group-keys.ts';
import type { EpochFacts } from '../mls-membership.ts';
import { type OrderingServer, createOrderingServer } from './ordering-server.ts';
import { type Seeded, seeded } from './seeded.ts';

export type Client = {
  readonly peerId: string;
  readonly keys: GroupKeys;
  readonly runner: GroupRunner;
  /** Everything that left the session, in order. */
  readonly effects: OutsideEffect[];
  readonly inbox: SessionEvent[];
  connected: boolean;
  timer: { readonly at: number; readonly call: () => void } | null;
};

export type Tamper = (to: string, event: SessionEvent) => SessionEvent | null;

const ROOM = 'AAECAwQFBgcICQoLDA0ODxAR';
const psk = new Uint8Array(32).fill(9);
const envelopeKey = await importEnvelopeKey(new Uint8Array(32).fill(7));
const TODAY = Date.now();
/** Deliveries and waits at one moment of the clock: far above any room here. */
const MAX_TURNS = 200_000;

export class GroupWorld {
  readonly clients = new Map<string, Client>();
  readonly server: OrderingServer;
  readonly random: Seeded;
  now = 1_000_000;
  tamper: Tamper = (_, event) => event;
  #ids = 0;

  constructor(seed: number) {
    this.random = seeded(seed);
    const deliver = (to: string, event: SessionEvent): void => {
      const client = this.clients.get(to);
      if (client?.connected !== true) return;
      const seen = this.tamper(to, event);
      if (seen !== null) client.inbox.push(seen);
    };
    this.server = createOrderingServer(deliver, () => this.now);
  }

  async join(peerId: string): Promise<Client> {
    const keys = await createGroupKeys({ peerId, name: `name of ${peerId}`, psk });
    const effects: OutsideEffect[] = [];
    const runner = createGroupRunner({
      keys,
      envelopeKey,
      roomId: ROOM,
      self: peerId,
      clock: {
        now: () => this.now,
        today: () => TODAY,
        setTimer: (at, call) => {
          client.timer = at === null ? null : { at, call };
        },
      },
      newMessageId: () => {
        this.#ids += 1;
        return `m${this.#ids}`;
      },
      jitter: this.random.int(1000) / 1000,
      maxCommitBytes: 90_000,
      outside: (effect) => {
        effects.push(effect);
        this.#send(client, effect);
      },
    });
    const client: Client = {
      peerId,
      keys,
      runner,
      effects,
      inbox: [],
      connected: true,
      timer: null,
    };
    this.clients.set(peerId, client);
    this.server.join(peerId);
    client.inbox.push({ type: 'record', room: this.server.view(), commits: [] });
    return client;
  }

  #send(client: Client, effect: OutsideEffect): void {
    const { peerId } = client;
    const answer = (
      refused: { messageId: string; code: 'stale' | 'rate' | 'denied' | 'lost' } | null,
    ) => {
      if (refused !== null) client.inbox.push({ type: 'refused', ...refused });
    };
    if (effect.type === 'ask-record') {
      const commits = this.server.pendingFor(peerId);
      client.inbox.push({ type: 'record', room: this.server.view(), commits });
    } else if (effect.type === 'send-key-package') {
      if (client.connected) this.server.keyPackage(peerId, effect.messageId, effect.envelope);
    } else if (effect.type === 'send-create') {
      const lost = { messageId: effect.group.groupId, code: 'lost' as const };
      answer(client.connected ? this.server.create(peerId, effect) : lost);
    } else if (effect.type === 'send-commit') {
      const lost = { messageId: effect.message.messageId, code: 'lost' as const };
      answer(client.connected ? this.server.commit(peerId, effect.message) : lost);
    } else if (effect.type === 'send-bad-commit') this.server.badCommit(peerId, effect.messageId);
    else if (effect.type === 'send-ready') this.server.ready(peerId, effect);
  }

  client(peerId: string): Client {
    const found = this.clients.get(peerId);
    if (found === undefined) throw new Error(`nobody called ${peerId}`);
    return found;
  }

  leave(peerId: string, kicked = false): void {
    const { runner } = this.client(peerId);
    this.server.leave(peerId, kicked);
    if (kicked) return;
    runner.close();
    this.clients.delete(peerId);
  }

  disconnect(peerId: string): void {
    const client = this.client(peerId);
    client.connected = false;
    client.inbox.length = 0;
    this.server.setConnected(peerId, false);
  }

  /** The log was trimmed meanwhile: a snapshot, and what is kept for this peer. */
  reconnect(peerId: string): void {
    const client = this.client(peerId);
    client.connected = true;
    this.server.setConnected(peerId, true);
    client.inbox.length = 0;
    const commits = this.server.pendingFor(peerId);
    client.inbox.push({ type: 'record', room: this.server.view(), commits });
  }

  loseRecord(): void {
    this.server.forgetEverything();
    for (const { inbox, connected } of this.clients.values()) {
      inbox.length = 0;
      if (!connected) continue;
      inbox.push({ type: 'record', room: this.server.view(), commits: [] });
    }
  }

  /** Delivers and works until nothing is under way, at one moment of the clock. */
  async settle(): Promise<void> {
    for (let turns = 0; ; turns += 1) {
      if (turns > MAX_TURNS) throw new Error('so much at one moment never ends');
      const waiting = [...this.clients.values()].filter(({ inbox }) => inbox.length > 0);
      if (waiting.length > 0) {
        const client = this.random.pick(waiting);
        const event = client.inbox.shift();
        if (event !== undefined) client.runner.handle(event);
        continue;
      }
      if (![...this.clients.values()].some(({ runner }) => runner.isBusy())) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Lets `ms` go by, timer after timer. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await this.settle();
      const due = [...this.clients.values()].filter(
        ({ timer }) => timer !== null && timer.at <= end,
      );
      if (due.length === 0) break;
      const first = due.reduce((a, b) => ((a.timer?.at ?? end) <= (b.timer?.at ?? end) ? a : b));
      const { timer } = first;
      first.timer = null;
      this.now = Math.max(this.now, timer?.at ?? this.now);
      timer?.call();
    }
    this.now = end;
  }

  /** What is wrong with the room as it is; empty if all who are connected are one group. */
  troubles(): readonly string[] {
    const here = [...this.clients.values()].filter(
      ({ connected, runner }) => connected && runner.state().phase.name !== 'over',
    );
    const troubles: string[] = [];
    const { group, peers } = this.server.view();
    const tags = new Set<string>();
    for (const { peerId, runner, effects } of here) {
      const { phase } = runner.state();
      if (phase.name !== 'member' || !samePoint(phase.point, group))
        troubles.push(`${peerId} ${phase.name}`);
      const last = effects.findLast((effect) => effect.type === 'install');
      if (last?.type !== 'install') continue;
      tags.add(last.epoch.tag);
      const names = last.epoch.roster.map((member) => member.peerId);
      const absent = names.filter((name) => !peers.has(name));
      if (absent.length > 0) troubles.push(`${peerId} still has ${absent.join()}`);
      const missing = here.filter((other) => !names.includes(other.peerId));
      if (missing.length > 0) troubles.push(`${peerId} has not ${missing.length} of all`);
    }
    if (tags.size > 1) troubles.push(`${tags.size} tags`);
    return troubles;
  }

  /** Time goes by until all is well; throws what is not after `ms`. */
  async converge(ms = 120_000): Promise<void> {
    const end = this.now + ms;
    await this.settle();
    while (this.troubles().length > 0) {
      if (this.now >= end) throw new Error(`no convergence: ${this.troubles().join(', ')}`);
      await this.pass(250);
    }
  }

  async joinAll(peerIds: readonly string[]): Promise<void> {
    for (const peerId of peerIds) await this.join(peerId);
  }

  lastEpoch(peerId: string): EpochFacts {
    const last = this.client(peerId).effects.findLast((effect) => effect.type === 'install');
    if (last?.type !== 'install') throw new Error(`${peerId} has no epoch`);
    return last.epoch;
  }

  close(): void {
    for (const { runner } of this.clients.values()) runner.close();
  }
}
