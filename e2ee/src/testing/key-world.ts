// A room of key workers for tests: each with its page's client before it and a real frame worker behind
// it, real keys, an ordering server between them, and a clock that moves only when nothing is under way.
import type { GroupKeys, GroupKeysDeps } from '../group-keys.ts';
import type { SessionEvent } from '../group-runner.ts';
import type { RefusalCode } from '../group-session-types.ts';
import { KeyWorkerClient, type KeyWorkerHandle } from '../key-worker-client.ts';
import type {
  GroupEpoch,
  KeyWorkerNews,
  OpenedMessage,
  ServerBound,
} from '../key-worker-messages.ts';
import { type KeyWorkerEvent, startKeyWorker } from '../key-worker.ts';
import { createGroupKeys } from '../mls-group-keys.ts';
import type { Bytes, WebMessagePort } from '../web-types.ts';
import { FrameEnd } from './frame-end.ts';
import { ManualClock } from './frame-world.ts';
import { createOrderingServer } from './ordering-server.ts';

export const ROOM_ID = 'AAECAwQFBgcICQoLDA0ODxAR';
export const SECRET = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';
const STEP_MS = 50;

export type Person = {
  readonly peerId: string;
  readonly client: KeyWorkerClient;
  readonly clock: ManualClock;
  frames: FrameEnd;
  /** Everything that the worker told the page, as it was told. */
  readonly news: KeyWorkerNews[];
  readonly sent: ServerBound[];
  readonly epochs: GroupEpoch[];
  readonly messages: OpenedMessage[];
  readonly troubles: (string | null)[];
  ended: number;
  lost: number;
  /** As an error or a rejection of the worker's own. */
  raise(type: 'unhandledrejection'): void;
  /** What did not come from the client. */
  say(data: unknown): void;
};

export type JoinOptions = {
  /** False: no frame worker yet. */
  readonly frames?: boolean;
  readonly rotateAt?: number;
  readonly secret?: string;
};

/** Calls of the keys that are under way, in all workers. */
class Busy {
  count = 0;

  async #counted(result: Promise<unknown>): Promise<unknown> {
    this.count += 1;
    try {
      return await result;
    } finally {
      this.count -= 1;
    }
  }

  watch(keys: GroupKeys): GroupKeys {
    return new Proxy(keys, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          const result: unknown = value.apply(target, args);
          if (!(result instanceof Promise)) return result;
          return this.#counted(result);
        };
      },
    });
  }
}

export class KeyWorld {
  readonly people = new Map<string, Person>();
  readonly clock = new ManualClock();
  readonly server = createOrderingServer(
    (to, event) => this.#deliver(to, event),
    () => this.clock.now(),
  );
  readonly #busy = new Busy();
  readonly #ports: WebMessagePort[] = [];
  /** What the server says instead, or null. */
  tamper: (to: string, event: SessionEvent) => SessionEvent | null = (_, event) => event;
  createKeys: (deps: GroupKeysDeps) => Promise<GroupKeys> = createGroupKeys;

  #deliver(to: string, event: SessionEvent): void {
    const seen = this.tamper(to, event);
    if (seen !== null) this.people.get(to)?.client.handle(seen);
  }

  join(peerId: string, options: JoinOptions = {}): Person {
    const worker = this.#startWorker(peerId);
    const record = { sent: [], epochs: [], messages: [], troubles: [] };
    const limits = { rotateAt: options.rotateAt ?? 2 ** 24, stopAt: 2 ** 32 };
    const client = new KeyWorkerClient({
      worker: worker.handle,
      identity: {
        secret: options.secret ?? SECRET,
        roomId: ROOM_ID,
        peerId,
        name: `name of ${peerId}`,
      },
      clock: this.clock,
      listener: {
        onToServer: (message) => {
          person.sent.push(message);
          this.#serve(person, message);
        },
        onEpoch: (epoch) => person.epochs.push(epoch),
        onMessage: (message) => person.messages.push(message),
        onTrouble: (trouble) => person.troubles.push(trouble),
        onEnded: () => {
          person.ended += 1;
        },
        onLost: () => {
          person.lost += 1;
        },
      },
    });
    const person: Person = {
      peerId,
      client,
      clock: this.clock,
      frames: new FrameEnd(this.clock, limits),
      news: worker.news,
      ...record,
      ended: 0,
      lost: 0,
      raise: worker.raise,
      say: worker.say,
    };
    this.people.set(peerId, person);
    if (options.frames !== false) this.connectFrames(person);
    this.server.join(peerId);
    client.handle({ type: 'record', room: this.server.view(), commits: [] });
    return person;
  }

  #startWorker(peerId: string) {
    const inside = new Map<string, (event: KeyWorkerEvent) => void>();
    const outside = new Map<string, (event: { readonly data: KeyWorkerNews }) => void>();
    const news: KeyWorkerNews[] = [];
    const say = (data: unknown): void => inside.get('message')?.({ data });
    // Everything is cloned and comes later, as between threads.
    const handle: KeyWorkerHandle = {
      postMessage: (message, transfer) => {
        const data: unknown = structuredClone(message, { transfer });
        queueMicrotask(() => say(data));
      },
      addEventListener: (
        type: string,
        listener: (event: { readonly data: KeyWorkerNews }) => void,
      ) => {
        outside.set(type, listener);
      },
    };
    startKeyWorker(
      {
        postMessage: (message) => {
          const data = structuredClone(message);
          news.push(data);
          queueMicrotask(() => outside.get('message')?.({ data }));
        },
        addEventListener: (type, listener) => inside.set(type, listener),
      },
      {
        clock: this.clock,
        createKeys: async (deps) => this.#busy.watch(await this.createKeys(deps)),
        die: () => outside.get('error')?.({ data: { type: 'trouble', trouble: null } }),
      },
    );
    const raise = (type: 'unhandledrejection'): void => inside.get(type)?.({});
    return { handle, news, say, raise, peerId };
  }

  /** The first frame worker, or one in place of a lost one. */
  connectFrames(person: Person, replacement?: FrameEnd): void {
    if (replacement !== undefined) person.frames = replacement;
    const { port1, port2 } = new MessageChannel();
    person.frames.connectKeys(port2);
    person.client.connectFrames(port1);
    this.#ports.push(port2);
  }

  #serve({ peerId, client }: Person, message: ServerBound): void {
    const answer = (refused: { messageId: string; code: RefusalCode } | null): void => {
      if (refused !== null) client.handle({ type: 'refused', ...refused });
    };
    switch (message.type) {
      case 'ask-record': {
        const commits = this.server.pendingFor(peerId);
        return client.handle({ type: 'record', room: this.server.view(), commits });
      }
      case 'send-key-package':
        return this.server.keyPackage(peerId, message.messageId, message.envelope);
      case 'send-create':
        return answer(this.server.create(peerId, message));
      case 'send-commit':
        return answer(this.server.commit(peerId, message.message));
      case 'send-bad-commit':
        return this.server.badCommit(peerId, message.messageId);
      case 'send-ready':
        return this.server.ready(peerId, message);
    }
  }

  leave(peerId: string): void {
    this.person(peerId).client.close();
    this.server.leave(peerId);
    this.people.delete(peerId);
  }

  person(peerId: string): Person {
    const found = this.people.get(peerId);
    if (found === undefined) throw new Error(`nobody called ${peerId}`);
    return found;
  }

  /** `from` says it to all, or to one; everybody gets it, as the server sends it on. */
  async say(from: string, text: string, to = ''): Promise<Bytes> {
    const body = new TextEncoder().encode(text);
    const sealing = this.person(from).client.seal(7, body, to);
    const envelope = await this.during(sealing);
    for (const { peerId, client } of this.people.values()) {
      if (peerId !== from && (to === '' || to === peerId)) client.open(from, to, envelope);
    }
    return envelope;
  }

  /** Until nothing is under way: messages, keys, ports. The clock stands still. */
  async settle(): Promise<void> {
    for (let still = 0; still < 6; still += 1) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.#busy.count > 0) still = 0;
    }
  }

  /** Time goes by, in small steps, so that all that is under way keeps up with it. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      await this.settle();
      this.clock.advance(STEP_MS);
    }
    await this.settle();
  }

  async until(what: () => boolean, ms = 60_000): Promise<void> {
    const end = this.clock.now() + ms;
    await this.settle();
    while (!what()) {
      if (this.clock.now() >= end) throw new Error('it never came');
      await this.pass(STEP_MS);
    }
  }

  /** Lets time go by until it is answered. */
  async during<Value>(answer: Promise<Value>): Promise<Value> {
    let settled = false;
    const watch = async (): Promise<Value> => {
      try {
        return await answer;
      } finally {
        settled = true;
      }
    };
    const [result] = await Promise.all([watch(), this.until(() => settled)]);
    return result;
  }

  /** Until all of these see each other, in one epoch, and send in it. */
  async together(...peerIds: readonly string[]): Promise<void> {
    const names = peerIds.toSorted().join();
    const points = (): (string | undefined)[] =>
      peerIds.map((peerId) => {
        const epoch = this.person(peerId).epochs.at(-1);
        if (
          epoch?.roster
            .map((member) => member.peerId)
            .toSorted()
            .join() !== names
        )
          return '';
        return `${epoch.groupId} ${epoch.epoch}`;
      });
    await this.until(() => new Set(points()).size === 1 && !points().includes(''));
    await this.pass(1100);
  }

  close(): void {
    for (const { client } of this.people.values()) client.close();
    for (const port of this.#ports) port.close();
  }
}

export const textsOf = ({ messages }: Person): readonly string[] =>
  messages.map(({ sender, body }) => `${sender.peerId}: ${new TextDecoder().decode(body)}`);
