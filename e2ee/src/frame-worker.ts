// The frame worker: the one place that holds frame keys and counts frames, for as long as the call
// lives. Written against an interface of its global scope, so that it runs in tests without one.
import { type FrameClock, systemFrameClock } from './frame-clock.ts';
import type { CounterLimits } from './frame-counter.ts';
import { createFrameOpener } from './frame-opener.ts';
import {
  createOpenPipeline,
  createSealPipeline,
  type EncodedFrame,
  type FramePipeline,
} from './frame-pipelines.ts';
import { createFrameSealer } from './frame-sealer.ts';
import { KeyRing } from './key-ring.ts';
import type { WebMessagePort } from './web-types.ts';
import {
  type Attachment,
  type EncodedStreams,
  type KeyAnswer,
  parseAttachment,
  parseKeyMessage,
  parsePageMessage,
  type PipelineId,
  type WorkerMessage,
} from './worker-messages.ts';

/** Of a MessageEvent and an RTCTransformEvent, what is read here. */
export interface WorkerEvent {
  readonly data?: unknown;
  /** RTCRtpScriptTransformer (WebRTC Encoded Transform §5). */
  readonly transformer?: EncodedStreams & {
    readonly options?: unknown;
    sendKeyFrameRequest?(): Promise<unknown>;
  };
}

export interface WorkerScope {
  postMessage(message: WorkerMessage, transfer: []): void;
  addEventListener(type: 'message' | 'rtctransform', listener: (event: WorkerEvent) => void): void;
}

export interface FrameWorkerOptions {
  readonly clock?: FrameClock;
  readonly limits?: CounterLimits;
}

interface Running {
  readonly pipeline: FramePipeline;
  readonly abort: AbortController;
}

export const startFrameWorker = (
  scope: WorkerScope,
  { clock = systemFrameClock, limits }: FrameWorkerOptions = {},
): void => {
  const ring = new KeyRing({ clock, ...(limits && { limits }) });
  const running = new Map<PipelineId, Running>();
  let keyPort: WebMessagePort | undefined;
  const tell = (message: WorkerMessage): void => scope.postMessage(message, []);
  const answer = (message: KeyAnswer): void => keyPort?.postMessage(message, []);
  const seal = createFrameSealer({
    ring,
    onRotationDue: (point) => answer({ type: 'rotation-due', ...point }),
  });
  const open = createFrameOpener(ring);

  const makePipeline = (attachment: Attachment, askRouter: () => void): FramePipeline => {
    if (attachment.role === 'seal') return createSealPipeline(seal, attachment);
    const { pipeline } = attachment;
    return createOpenPipeline(
      {
        open,
        clock,
        onState: (state) => tell({ type: 'frame-state', pipeline, state }),
        onKeyFrameNeeded: () => {
          askRouter();
          tell({ type: 'key-frame-needed', pipeline });
        },
      },
      attachment,
    );
  };

  const run = (
    attachment: Attachment,
    { readable, writable }: EncodedStreams,
    askRouter: () => void,
  ): void => {
    const id = attachment.pipeline;
    running.get(id)?.abort.abort();
    const entry = { pipeline: makePipeline(attachment, askRouter), abort: new AbortController() };
    running.set(id, entry);
    const ended = (): void => {
      if (running.get(id) === entry) running.delete(id);
      tell({ type: 'ended', pipeline: id });
    };
    const transform = new TransformStream<EncodedFrame, EncodedFrame>({
      transform: (frame, controller) => entry.pipeline.transform(frame, controller),
    });
    // A closed sender or receiver ends its streams with an error: an end like any other.
    readable
      .pipeThrough(transform)
      .pipeTo(writable, { signal: entry.abort.signal })
      .then(ended, ended);
    tell({ type: 'attached', pipeline: id });
  };

  const onKeyMessage = (data: unknown): void => {
    const message = parseKeyMessage(data);
    switch (message?.type) {
      case undefined:
        return;
      case 'install': {
        const { groupId, epoch } = message.keys;
        ring.install(message.keys);
        return answer({ type: 'installed', groupId, epoch });
      }
      case 'send-in':
        ring.sendIn(message.point);
        return;
      case 'wipe':
        return ring.close();
    }
  };

  const connectKeys = (port: WebMessagePort): void => {
    keyPort?.close();
    keyPort = port;
    port.addEventListener('message', (event: Event) => {
      onKeyMessage('data' in event ? event.data : undefined);
    });
    port.start();
  };

  const onPageMessage = (data: unknown): void => {
    const message = parsePageMessage(data);
    switch (message?.type) {
      case undefined:
        return;
      case 'attach':
        return run(message.attachment, message, () => undefined);
      case 'detach':
        return running.get(message.pipeline)?.abort.abort();
      case 'connect-keys':
        return connectKeys(message.port);
      case 'count':
        return tell({
          type: 'counts',
          request: message.request,
          pipelines: [...running].map(
            ([
              pipeline,
              {
                pipeline: { counts },
              },
            ]) => ({
              pipeline,
              passed: counts.passed,
              refused: { ...counts.refused },
            }),
          ),
        });
      case 'wipe':
        return ring.close();
    }
  };

  scope.addEventListener('message', (event) => onPageMessage(event.data));
  scope.addEventListener('rtctransform', ({ transformer }) => {
    const attachment = parseAttachment(transformer?.options);
    // Without a pipeline behind it the transform passes nothing.
    if (transformer === undefined || attachment === undefined) return;
    run(attachment, transformer, () => {
      transformer.sendKeyFrameRequest?.().catch(() => undefined);
    });
  });
};
