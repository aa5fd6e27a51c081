import { describe, expect, it } from 'vitest';
import type { FrameState } from './frame-pipelines.ts';
import {
  FrameWorkerClient,
  type FrameWorkerHandle,
  WORKER_ANSWER_MS,
} from './frame-worker-client.ts';
import { codeOf, ManualClock } from './testing/frame-world.ts';
import type { EncodedStreams, WorkerMessage } from './worker-messages.ts';

type Listener = (event: { readonly data: WorkerMessage }) => void;

class ScriptTransform {
  readonly worker: object;
  readonly options: unknown;
  constructor(worker: object, options: unknown) {
    this.worker = worker;
    this.options = options;
  }
}

const makeClient = (scope: object = {}) => {
  const clock = new ManualClock();
  const listeners = new Map<string, Listener>();
  const posted: { readonly message: unknown; readonly transfer: readonly unknown[] }[] = [];
  const states: (readonly [number, FrameState])[] = [];
  let lost = 0;
  const worker: FrameWorkerHandle = {
    postMessage: (message, transfer) => posted.push({ message, transfer }),
    addEventListener: (type: string, listener: Listener | (() => void)) => {
      listeners.set(type, listener);
    },
  };
  const client = new FrameWorkerClient({
    worker,
    clock,
    scope,
    onFrameState: (pipeline, state) => states.push([pipeline, state]),
    onKeyFrameNeeded: () => undefined,
    onLost: () => {
      lost += 1;
    },
  });
  const say = (data: WorkerMessage) => listeners.get('message')?.({ data });
  const fail = () => listeners.get('error')?.({ data: { type: 'ended', pipeline: 0 } });
  return { client, clock, worker, posted, states, say, fail, lost: () => lost };
};

const CAM = { stream: 'cam', codec: 'vp8' } as const;

const requestOf = (message: unknown): number => {
  if (typeof message !== 'object' || message === null || !('request' in message)) return -1;
  return typeof message.request === 'number' ? message.request : -1;
};

const makeStreams = (): EncodedStreams => {
  const { readable, writable } = new TransformStream();
  return { readable, writable };
};

describe("the page's side of the frame worker", () => {
  it('F25 hands over both encoded streams where the browser has them', () => {
    const { client, posted } = makeClient({ RTCRtpScriptTransform: ScriptTransform });
    const streams = makeStreams();
    const sender = { createEncodedStreams: () => streams, transform: null };
    const { pipeline } = client.attachSender(sender, CAM);
    expect(posted).toEqual([
      {
        message: { type: 'attach', attachment: { role: 'seal', pipeline, ...CAM }, ...streams },
        transfer: [streams.readable, streams.writable],
      },
    ]);
    expect(sender.transform).toBeNull();
  });

  it('F25 sets a script transform elsewhere, at once', () => {
    const { client, worker, posted } = makeClient({ RTCRtpScriptTransform: ScriptTransform });
    const receiver: { transform: unknown } = { transform: null };
    const { pipeline } = client.attachReceiver(receiver, { ...CAM, peerId: 'alice' });
    expect(receiver.transform).toMatchObject({
      worker,
      options: { role: 'open', pipeline, peerId: 'alice', ...CAM },
    });
    expect(posted).toEqual([]);
  });

  it('F25 throws where there is neither, and when the browser refuses', async () => {
    const { client, posted } = makeClient();
    expect(await codeOf(() => client.attachSender({ transform: null }, CAM))).toBe(
      'unsupported-browser',
    );
    const refusing = {
      createEncodedStreams: () => {
        throw new Error('InvalidStateError');
      },
    };
    expect(() => client.attachSender(refusing, CAM)).toThrow('InvalidStateError');
    expect(posted).toEqual([]);
  });

  it('F26 is ready when the worker has answered for that pipeline', async () => {
    const { client, say } = makeClient();
    const attach = () => client.attachSender({ createEncodedStreams: makeStreams }, CAM);
    const [one, two] = [attach(), attach()];
    let isReady = false;
    const becomeReady = async () => {
      await one.ready;
      isReady = true;
    };
    const becomingReady = becomeReady();
    say({ type: 'attached', pipeline: two.pipeline });
    await two.ready;
    expect(isReady).toBe(false);
    say({ type: 'attached', pipeline: one.pipeline });
    await becomingReady;
    expect(isReady).toBe(true);
  });

  it('F28 takes a silent worker for lost, and says so once', async () => {
    const { client, clock, fail, lost } = makeClient();
    const attached = client.attachSender({ createEncodedStreams: makeStreams }, CAM);
    const counting = client.counts();
    clock.advance(WORKER_ANSWER_MS);
    expect(await codeOf(() => attached.ready)).toBe('worker-failed');
    expect(await codeOf(() => counting)).toBe('worker-failed');
    fail();
    expect(lost()).toBe(1);
    expect(await codeOf(() => client.counts())).toBe('worker-failed');
  });

  it('F28 takes a worker that failed for lost, at once', async () => {
    const { client, fail, lost } = makeClient();
    const counting = client.counts();
    fail();
    expect(await codeOf(() => counting)).toBe('worker-failed');
    expect(lost()).toBe(1);
  });

  it('F28 numbers pipelines across clients: a lost worker’s are never its replacement’s', () => {
    const [lost, next] = [makeClient(), makeClient()];
    const attach = ({ client }: typeof lost) =>
      client.attachSender({ createEncodedStreams: makeStreams }, CAM).pipeline;
    const pipelines = [attach(lost), attach(next), attach(lost), attach(next)];
    expect(new Set(pipelines).size).toBe(4);
  });

  it('F23 tells counts and states by pipeline', async () => {
    const { client, clock, posted, say, states, lost } = makeClient();
    const counting = client.counts();
    const [asked] = posted;
    expect(asked?.message).toMatchObject({ type: 'count' });
    const pipelines = [{ pipeline: 4, passed: 3, refused: { 'too-old': 1 } }] as const;
    say({ type: 'counts', request: requestOf(asked?.message), pipelines });
    expect(await counting).toEqual(pipelines);
    say({ type: 'frame-state', pipeline: 4, state: 'failed' });
    expect(states).toEqual([[4, 'failed']]);
    clock.advance(WORKER_ANSWER_MS);
    expect(lost()).toBe(0);
  });
});
