// The page's two workers without threads: the page makes them with `new Worker`, and gets the real key
// worker and the real frame worker, with a clock of the test's.
import { vi } from 'vitest';
import type { GroupKeys, GroupKeysDeps } from '../../../e2ee/src/group-keys.ts';
import { startKeyWorker } from '../../../e2ee/src/key-worker.ts';
import { createGroupKeys } from '../../../e2ee/src/mls-group-keys.ts';
import { FrameEnd } from '../../../e2ee/src/testing/frame-end.ts';
import type { TestTime } from './time.ts';

const KEYS = 'keys';
const FRAMES = 'frames';

type Listener = (event: { readonly data?: unknown }) => void;

/** While keys are at work, time stands still. */
const watched = (keys: GroupKeys, time: TestTime): GroupKeys =>
  new Proxy(keys, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const result: unknown = value.apply(target, args);
        if (!(result instanceof Promise)) return result;
        const release = time.hold();
        result.then(release, release);
        return result;
      };
    },
  });

const portOf = (data: unknown): MessagePort | null =>
  typeof data === 'object' && data !== null && 'port' in data && data.port instanceof MessagePort
    ? data.port
    : null;

export type MakeKeys = (deps: GroupKeysDeps) => Promise<GroupKeys>;

export interface InstalledWorkers {
  /** The frame worker that was made last, to put frames through. */
  readonly lastFrames: () => FrameEnd;
}

/** Until `vi.unstubAllGlobals`. `makeKeys`: in place of the real ones, or around them. */
export const installWorkers = (
  time: TestTime,
  makeKeys: MakeKeys = createGroupKeys,
): InstalledWorkers => {
  let lastFrames: FrameEnd | null = null;

  class InProcessWorker {
    readonly #inside: (data: unknown) => void;
    readonly #outside = new Map<string, Listener>();
    readonly #ports: MessagePort[] = [];
    #ended = false;

    constructor(url: string) {
      this.#inside = url === FRAMES ? startFrames() : this.#startKeys();
    }

    addEventListener(type: string, listener: Listener): void {
      this.#outside.set(type, listener);
    }

    /** Cloned, and later, as between threads. */
    postMessage(message: unknown, transfer: MessagePort[]): void {
      const data: unknown = structuredClone(message, { transfer });
      const port = portOf(data);
      if (port !== null) this.#ports.push(port);
      this.#later(() => this.#inside(data));
    }

    terminate(): void {
      // What was said before it is still heard: a worker's wipe, above all.
      queueMicrotask(() => {
        this.#ended = true;
        for (const port of this.#ports) port.close();
      });
    }

    #startKeys(): (data: unknown) => void {
      const inside = new Map<string, Listener>();
      startKeyWorker(
        {
          postMessage: (news) => {
            const data: unknown = structuredClone(news);
            this.#later(() => this.#outside.get('message')?.({ data }));
          },
          addEventListener: (type, listener) => inside.set(type, listener),
        },
        {
          clock: time,
          createKeys: async (deps) => watched(await makeKeys(deps), time),
          die: () => this.#outside.get('error')?.({}),
        },
      );
      return (data) => inside.get('message')?.({ data });
    }

    #later(task: () => void): void {
      time.touch();
      queueMicrotask(() => {
        if (!this.#ended) task();
      });
    }
  }

  const startFrames = (): ((data: unknown) => void) => {
    const end = new FrameEnd(time);
    lastFrames = end;
    return (data) => {
      const port = portOf(data);
      if (port !== null) end.connectKeys(port);
    };
  };

  vi.stubGlobal('Worker', InProcessWorker);
  vi.stubGlobal('KEY_WORKER_URL', KEYS);
  vi.stubGlobal('FRAME_WORKER_URL', FRAMES);
  return {
    lastFrames: () => {
      if (lastFrames === null) throw new Error('no frame worker was made');
      return lastFrames;
    },
  };
};
