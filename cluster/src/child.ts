// One process of a cluster: its lines go to one place, it can be killed and started anew, and its end
// is told when nobody here asked for it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads: settings that no list of processes should show. */
  readonly input?: string;
}

export interface ChildListener {
  onLine(name: string, line: string): void;
  /** `how`: a code or a signal. */
  onUnexpectedEnd(name: string, how: string): void;
}

/**
 * It is killed when whoever starts it has ended, also by kill -9 (prctl(2), PR_SET_PDEATHSIG). Not told to end:
 * Node may hang on its way out (nodejs/node#54918), and nobody is left who would see to that.
 */
export const endsWithParent = (spec: ChildSpec, setpriv: string | undefined): ChildSpec =>
  setpriv === undefined
    ? spec
    : {
        ...spec,
        command: setpriv,
        args: ['--pdeathsig', 'SIGKILL', '--', spec.command, ...spec.args],
      };

/** Longer than a signaling node gives itself to close. */
const CLOSE_TIMEOUT_MS = 12_000;

export class Child {
  readonly name: string;
  readonly #spec: ChildSpec;
  readonly #listener: ChildListener;
  #process: ChildProcess | null = null;
  #isExpectedToEnd = false;

  constructor(spec: ChildSpec, listener: ChildListener) {
    this.name = spec.name;
    this.#spec = spec;
    this.#listener = listener;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get isRunning(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  start(): void {
    if (this.isRunning) return;
    const { command, args, env, input } = this.#spec;
    this.#isExpectedToEnd = false;
    const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) =>
        this.#listener.onLine(this.name, line),
      );
    }
    // One that ends before it has read its settings says why by itself.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    child.on('error', (error) => this.#ended(error.message));
    child.on('exit', (code, signal) => this.#ended(String(code ?? signal)));
  }

  /** Sends the signal and waits for the end, which SIGKILL brings if nothing else does. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === null || !this.isRunning) return;
    this.#isExpectedToEnd = true;
    const ended = once(child, 'exit');
    child.kill(signal);
    // One that is stopped hears no signal but that.
    const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  }

  #ended(how: string): void {
    if (!this.#isExpectedToEnd) this.#listener.onUnexpectedEnd(this.name, how);
    this.#isExpectedToEnd = true;
  }
}
