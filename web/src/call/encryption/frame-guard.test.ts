// The guard over frame workers that tests play: what it stops, and when it gives up.
import type { FrameState, PipelineId } from '@sotto/e2ee/page';
import type { StreamSource } from '@sotto/signaling/protocol';
import { expect, test } from 'vitest';
import { FakeClock } from '../../signaling/testing/fake-clock.ts';
import { peerId } from '../../signaling/testing/room-samples.ts';
import { settled } from '../../signaling/testing/turns.ts';
import { FrameGuard, type GuardWorker, type SenderEndpoint } from './frame-guard.ts';

/** Takes every pipeline, and has sealed and refused in each what a test says. */
class FakeWorker implements GuardWorker {
  readonly sealed = new Map<PipelineId, number>();
  /** For want of a key. */
  readonly locked = new Map<PipelineId, number>();
  readonly attached: PipelineId[] = [];
  readonly #listeners = new Map<string, (event: { readonly data: unknown }) => void>();
  terminated = false;

  addEventListener(type: string, listener: (event: { readonly data: never }) => void): void {
    this.#listeners.set(type, (event) => Reflect.apply(listener, undefined, [event]));
  }

  postMessage(message: unknown): void {
    const said: Record<string, unknown> = Object(message);
    if (said['type'] === 'attach') {
      const { pipeline } = Object(said['attachment']);
      this.attached.push(pipeline);
      this.#tell({ type: 'attached', pipeline });
    } else if (said['type'] === 'count') {
      const pipelines = this.attached.map((pipeline) => {
        const locked = this.locked.get(pipeline);
        const refused = locked === undefined ? {} : { 'unknown-epoch': locked };
        return { pipeline, passed: this.sealed.get(pipeline) ?? 0, refused };
      });
      this.#tell({ type: 'counts', request: said['request'], pipelines });
    }
  }

  tellState(pipeline: PipelineId, state: FrameState): void {
    this.#tell({ type: 'frame-state', pipeline, state });
  }

  terminate(): void {
    this.terminated = true;
  }

  fail(): void {
    this.#listeners.get('error')?.({ data: undefined });
  }

  #tell(data: unknown): void {
    queueMicrotask(() => this.#listeners.get('message')?.({ data }));
  }
}

const origin = (source: StreamSource) => ({ peerId: peerId('ann'), source, producerId: null });

class FakeSender implements SenderEndpoint {
  bytesSent = 0;
  refuses = false;

  createEncodedStreams() {
    return new TransformStream();
  }

  async getStats(): Promise<Iterable<readonly [unknown, unknown]>> {
    if (this.refuses) throw new Error('no statistics');
    return [['id', { type: 'outbound-rtp', bytesSent: this.bytesSent }]];
  }
}

const begin = () => {
  const clock = new FakeClock();
  const workers: FakeWorker[] = [];
  const told: string[] = [];
  const guard = new FrameGuard({
    clock,
    makeWorker: () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker;
    },
    connectKeys: (port) => port.close(),
    onStates: () => told.push('states'),
    onFailed: () => undefined,
    onKeyFrameNeeded: () => undefined,
    onLeak: (source) => told.push(`leak ${source}`),
    onSealing: (source) => told.push(`sealing ${source}`),
    onLost: () => told.push('lost'),
    onBroken: () => told.push('broken'),
  });
  const attach = (source: StreamSource, codec = source === 'mic' ? 'audio/opus' : 'video/VP8') => {
    const sender = new FakeSender();
    const guarded = guard.attachSender(sender, source, codec, () => {
      told.push(`stopped ${source}`);
      guarded.detach();
    });
    return { sender, guarded };
  };
  const look = async (): Promise<void> => {
    clock.advance(2_000);
    await settled();
  };
  return { clock, workers, told, guard, attach, look };
};

test('F27 a sender that sends what nobody sealed is stopped; twice, and its source may not send', async () => {
  const { told, guard, attach, look } = begin();
  for (let round = 0; round < 2; round += 1) {
    expect(guard.maySend('cam')).toBe(true);
    const { sender, guarded } = attach('cam');
    await guarded.ready;
    told.length = 0;
    await look();
    expect(told).toEqual([]);
    sender.bytesSent = 500;
    await look();
    expect(told).toEqual(['stopped cam', 'leak cam']);
    await look();
    expect(told).toHaveLength(2);
  }
  expect(guard.maySend('cam')).toBe(false);
  expect(guard.maySend('mic')).toBe(true);
});

test('F27 one that is sealed goes on, and one without statistics blinds nobody', async () => {
  const { workers, told, attach, look } = begin();
  const [cam, mic, screen] = [attach('cam'), attach('mic'), attach('screen')];
  await Promise.all([cam, mic, screen].map(({ guarded }) => guarded.ready));
  told.length = 0;
  const [pipeline = 0] = workers[0]?.attached ?? [];
  for (let round = 1; round < 5; round += 1) {
    cam.sender.bytesSent += 400;
    workers[0]?.sealed.set(pipeline, round * 3);
    mic.sender.refuses = true;
    await look();
  }
  expect(told).toEqual([]);
  screen.sender.bytesSent = 80;
  await look();
  expect(told).toEqual(['stopped screen', 'leak screen']);
});

test('F23 a stream waits for a key once a frame has come that lacks one, and not before', async () => {
  const { workers, told, guard, look } = begin();
  const [cam, mic] = [origin('cam'), origin('mic')];
  expect(guard.stateOf(cam)).toBeNull();
  guard.attachReceiver(new FakeSender(), cam, 'video/VP8');
  guard.attachReceiver(new FakeSender(), mic, 'audio/opus');
  await look();
  expect([guard.stateOf(cam), guard.stateOf(mic), told]).toEqual([null, null, []]);
  const [worker] = workers;
  const [camPipeline = 0, micPipeline = 0] = worker?.attached ?? [];
  worker?.locked.set(camPipeline, 2);
  worker?.tellState(micPipeline, 'ok');
  await look();
  expect([guard.stateOf(cam), guard.stateOf(mic)]).toEqual(['waiting', 'ok']);
  expect(told).toEqual(['states', 'states']);
  worker?.tellState(camPipeline, 'ok');
  await look();
  // It lacked one once, and is told so no more.
  expect([guard.stateOf(cam), told.length]).toEqual(['ok', 3]);
});

test('F8 a codec that nobody seals is not attached, and not played', () => {
  const { guard, attach } = begin();
  expect(() => attach('cam', 'video/H264')).toThrow();
  expect(() => attach('mic', 'audio/red')).toThrow();
  expect(guard.maySend('cam')).toBe(true);
});

test('F28 a worker that is lost is replaced, three times in a minute at most', async () => {
  const { workers, told, clock } = begin();
  for (let loss = 0; loss < 3; loss += 1) workers.at(-1)?.fail();
  expect(told).toEqual(['lost', 'lost', 'lost']);
  expect(workers.slice(0, 3).every(({ terminated }) => terminated)).toBe(true);
  clock.advance(61_000);
  workers.at(-1)?.fail();
  expect(told).toHaveLength(4);
  for (let loss = 0; loss < 3; loss += 1) workers.at(-1)?.fail();
  expect(told.slice(4)).toEqual(['lost', 'lost', 'broken']);
  expect(workers).toHaveLength(7);
  workers.at(-1)?.fail();
  expect(workers).toHaveLength(7);
});
