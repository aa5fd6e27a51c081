// A signaling node as a process that a test can kill, freeze and start anew; app-process.ts is the
// inside of it.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type NodeCommand, NodeMessage, type NodeOptions } from './node-messages.ts';

const INSIDE = fileURLToPath(new URL('./app-process.ts', import.meta.url));

type Order = NodeCommand extends infer C ? (C extends NodeCommand ? Omit<C, 'id'> : never) : never;

interface Waiting {
  readonly resolve: (url: string) => void;
  readonly reject: (error: Error) => void;
}

export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onLine: (line: string) => void;
  #nextId = 1;
  #isFrozen = false;
  #url = '';

  private constructor(child: ChildProcess, onLine: (line: string) => void) {
    this.#child = child;
    this.#onLine = onLine;
    child.on('message', (message) => this.#hear(NodeMessage.parse(message)));
    child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the node has ended'));
      this.#waiting.clear();
    });
  }

  /** A process without an app yet. */
  static spawn(onLine: (line: string) => void): NodeProcess {
    const { PATH, HOME, MEDIASOUP_WORKER_BIN } = process.env;
    const env = { PATH, HOME, MEDIASOUP_WORKER_BIN };
    // None of vitest's own: Node runs the TypeScript as it is.
    return new NodeProcess(fork(INSIDE, { env, execArgv: [] }), onLine);
  }

  get url(): string {
    return this.#url;
  }

  /** Neither killed nor frozen. */
  get isRunning(): boolean {
    return this.isAlive && !this.#isFrozen;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** A new app in this process, at a new URL; the one before is closed. */
  async start(options: NodeOptions): Promise<void> {
    this.#url = await this.#order({ do: 'start', options });
  }

  async stop(): Promise<void> {
    await this.#order({ do: 'stop' });
  }

  /** Resolves when what came due has begun; at a frozen node nothing does before it thaws. */
  async advance(ms: number): Promise<void> {
    const done = this.#order({ do: 'advance', ms });
    if (this.#isFrozen) done.catch(() => undefined);
    else await done;
  }

  async flush(): Promise<void> {
    if (this.isRunning) await this.#order({ do: 'flush' });
  }

  /** kill -9. */
  async kill(): Promise<void> {
    if (!this.isAlive) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** SIGSTOP: its sockets stay open, and nobody answers. */
  freeze(): void {
    this.#isFrozen = true;
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#isFrozen = false;
    this.#child.kill('SIGCONT');
  }

  #order(order: Order): Promise<string> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      if (!this.isAlive) {
        reject(new Error('the node has ended'));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, ...order });
    });
  }

  #hear(message: NodeMessage): void {
    if ('line' in message) {
      this.#onLine(message.line);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('url' in message) waiting?.resolve(message.url);
    else waiting?.reject(new Error(message.error));
  }
}
