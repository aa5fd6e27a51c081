// The page's side of the frame worker: attaches senders and receivers, asks for counts, and notices
// when the worker is gone. Whoever makes the Worker also terminates it.
import { FrameError } from './errors.ts';
import type { FrameClock } from './frame-clock.ts';
import type { FrameState } from './frame-pipelines.ts';
import type { OpenTarget } from './frame-opener.ts';
import type { SealTarget } from './frame-sealer.ts';
import { PendingAnswers } from './pending-answers.ts';
import { attachEncodedTransform, type FrameWorkerPort, type RtpEndpoint } from './transforms.ts';
import type { WebMessagePort } from './web-types.ts';
import type { Attachment, PipelineId, PipelineReport, WorkerMessage } from './worker-messages.ts';

/** A worker that says nothing for this long is taken for dead. */
export const WORKER_ANSWER_MS = 5000;

export interface FrameWorkerHandle extends FrameWorkerPort {
  addEventListener(
    type: 'message',
    listener: (event: { readonly data: WorkerMessage }) => void,
  ): void;
  addEventListener(type: 'error' | 'messageerror', listener: () => void): void;
}

export interface FrameWorkerClientDeps {
  readonly worker: FrameWorkerHandle;
  readonly clock: FrameClock;
  readonly onFrameState: (pipeline: PipelineId, state: FrameState) => void;
  /** Chromium's receivers: the page asks the router or the peer. */
  readonly onKeyFrameNeeded: (pipeline: PipelineId) => void;
  /** Once: the worker is gone. Nothing is sent; keys must go to a new one (SPEC.md F16). */
  readonly onLost: () => void;
  /** Where RTCRtpScriptTransform is; the global scope unless a test says otherwise. */
  readonly scope?: object;
}

export interface AttachedTransform {
  readonly pipeline: PipelineId;
  /** The worker has it: from here on the track may be enabled. Rejects with `worker-failed`. */
  readonly ready: Promise<void>;
  detach(): void;
}

export class FrameWorkerClient {
  readonly #deps: FrameWorkerClientDeps;
  readonly #attaching: PendingAnswers<void>;
  readonly #counting: PendingAnswers<readonly PipelineReport[]>;
  /** Of all clients, so that what is left of a lost worker never passes for its replacement's. */
  static #lastId = 0;
  #lost = false;

  constructor(deps: FrameWorkerClientDeps) {
    this.#deps = deps;
    const onSilence = (): void => this.#lose();
    this.#attaching = new PendingAnswers(deps.clock, WORKER_ANSWER_MS, onSilence);
    this.#counting = new PendingAnswers(deps.clock, WORKER_ANSWER_MS, onSilence);
    deps.worker.addEventListener('message', ({ data }) => this.#onMessage(data));
    deps.worker.addEventListener('error', () => this.#lose());
    deps.worker.addEventListener('messageerror', () => this.#lose());
  }

  /** Seals all that the sender sends. Throws FrameError when this browser cannot. */
  attachSender(sender: RtpEndpoint, target: SealTarget): AttachedTransform {
    return this.#attach(sender, { role: 'seal', pipeline: this.#takeId(), ...target });
  }

  /** Opens what the receiver receives, and passes nothing else. */
  attachReceiver(receiver: RtpEndpoint, target: OpenTarget): AttachedTransform {
    return this.#attach(receiver, { role: 'open', pipeline: this.#takeId(), ...target });
  }

  /** Hands over the worker's end of the channel that the group's keys come through. */
  connectKeys(port: WebMessagePort): void {
    this.#deps.worker.postMessage({ type: 'connect-keys', port }, [port]);
  }

  /** What passed and what was refused, by pipeline; rejects when the worker is gone. */
  counts(): Promise<readonly PipelineReport[]> {
    const request = this.#takeId();
    const answer = this.#expect(this.#counting, request);
    this.#deps.worker.postMessage({ type: 'count', request }, []);
    return answer;
  }

  /** Leave, or a kick: the worker forgets all keys. */
  wipe(): void {
    this.#deps.worker.postMessage({ type: 'wipe' }, []);
  }

  #attach(endpoint: RtpEndpoint, attachment: Attachment): AttachedTransform {
    const { pipeline } = attachment;
    attachEncodedTransform(endpoint, this.#deps.worker, attachment, this.#deps.scope);
    return {
      pipeline,
      ready: this.#expect(this.#attaching, pipeline),
      detach: () => this.#deps.worker.postMessage({ type: 'detach', pipeline }, []),
    };
  }

  #takeId(): number {
    FrameWorkerClient.#lastId += 1;
    return FrameWorkerClient.#lastId;
  }

  #expect<Value>(pending: PendingAnswers<Value>, id: number): Promise<Value> {
    const answer = pending.expect(id);
    if (this.#lost) pending.reject(id, gone());
    return answer;
  }

  #onMessage(message: WorkerMessage): void {
    switch (message.type) {
      case 'attached':
        return this.#attaching.resolve(message.pipeline);
      case 'counts':
        return this.#counting.resolve(message.request, message.pipelines);
      case 'frame-state':
        return this.#deps.onFrameState(message.pipeline, message.state);
      case 'key-frame-needed':
        return this.#deps.onKeyFrameNeeded(message.pipeline);
      case 'ended':
        return;
    }
  }

  #lose(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#attaching.rejectAll(gone());
    this.#counting.rejectAll(gone());
    this.#deps.onLost();
  }
}

const gone = (): FrameError => new FrameError('worker-failed', 'the frame worker is gone');
