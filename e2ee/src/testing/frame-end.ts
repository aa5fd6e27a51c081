// A real frame worker without a thread: what the page attaches to it, and what comes out of it.
import { startFrameWorker, type WorkerEvent } from '../frame-worker.ts';
import type { FrameClock } from '../frame-clock.ts';
import type { CounterLimits } from '../frame-counter.ts';
import type { EncodedFrame } from '../frame-pipelines.ts';
import type { Bytes, WebMessagePort } from '../web-types.ts';
import type { Attachment, WorkerMessage } from '../worker-messages.ts';

export class FrameEnd {
  readonly told: WorkerMessage[] = [];
  readonly #say: (data: unknown) => void;
  #nextPipeline = 0;

  constructor(clock: FrameClock, limits?: CounterLimits) {
    const listeners = new Map<string, (event: WorkerEvent) => void>();
    startFrameWorker(
      {
        postMessage: (message) => this.told.push(structuredClone(message)),
        addEventListener: (type, listener) => listeners.set(type, listener),
      },
      { clock, ...(limits && { limits }) },
    );
    this.#say = (data) => listeners.get('message')?.({ data });
  }

  connectKeys(port: WebMessagePort): void {
    this.#say({ type: 'connect-keys', port });
  }

  /** Gives what comes out for what goes in; null where the worker drops it. */
  mic(peerId?: string): (frame: Bytes) => Promise<Bytes | null> {
    this.#nextPipeline += 1;
    const pipeline = this.#nextPipeline;
    const target = { pipeline, stream: 'mic', codec: 'opus' } as const;
    const attachment: Attachment =
      peerId === undefined ? { role: 'seal', ...target } : { role: 'open', peerId, ...target };
    const input = new TransformStream<EncodedFrame, EncodedFrame>();
    const out: Bytes[] = [];
    const writable = new WritableStream<EncodedFrame>({
      write: ({ data }) => {
        out.push(new Uint8Array(data));
      },
    });
    this.#say({ type: 'attach', attachment, readable: input.readable, writable });
    const writer = input.writable.getWriter();
    let written = 0;
    return async (frame) => {
      const before = out.length;
      written += 1;
      await writer.write({ data: frame.slice().buffer });
      for (;;) {
        const { passed, settled } = this.#count(pipeline);
        if (settled === written && out.length === passed) break;
        await new Promise((resolve) => setImmediate(resolve));
      }
      return out.length > before ? (out.at(-1) ?? null) : null;
    };
  }

  #count(pipeline: number): { readonly passed: number; readonly settled: number } {
    this.#say({ type: 'count', request: 0 });
    const counts = this.told.findLast((message) => message.type === 'counts');
    const report = counts?.pipelines.find((each) => each.pipeline === pipeline);
    if (report === undefined) throw new Error('no such pipeline');
    const refused = Object.values(report.refused).reduce((sum, count) => sum + count, 0);
    return { passed: report.passed, settled: report.passed + refused };
  }
}
