import { describe, expect, it } from 'vitest';
import { FrameError, type FrameErrorCode } from './errors.ts';
import type { OpenTarget } from './frame-opener.ts';
import {
  createOpenPipeline,
  createSealPipeline,
  type EncodedFrame,
  type FramePipeline,
  type FrameState,
} from './frame-pipelines.ts';
import { LiveEpoch } from './live-epoch.ts';
import {
  epochKeys,
  groupOf,
  ManualClock,
  vp8DeltaFrame,
  vp8KeyFrame,
} from './testing/frame-world.ts';
import type { Bytes } from './web-types.ts';

const CAM: OpenTarget = { stream: 'cam', codec: 'vp8', peerId: 'alice' };

const liveEpoch = async (epoch: number) =>
  new LiveEpoch(await epochKeys('bob', groupOf(1), epoch), epoch, { rotateAt: 1, stopAt: 2 });

/** What the opener will say, in turn. */
type Said = FrameErrorCode | { readonly frame: Bytes; readonly epoch: LiveEpoch };

const openerSaying = (said: Said[]) => async () => {
  const next = said.shift();
  if (next === undefined) throw new Error('not a FrameError');
  if (typeof next === 'string') throw new FrameError(next, next);
  return next;
};

const makeReceiver = (said: Said[]) => {
  const clock = new ManualClock();
  const states: FrameState[] = [];
  const asked: number[] = [];
  const passed: EncodedFrame[] = [];
  const pipeline = createOpenPipeline(
    {
      open: openerSaying(said),
      clock,
      onState: (state) => states.push(state),
      onKeyFrameNeeded: () => asked.push(clock.now()),
    },
    CAM,
  );
  const receive = async (frames = said.length) => {
    for (let count = 0; count < frames; count += 1) {
      await pipeline.transform({ data: new ArrayBuffer(1) }, { enqueue: (f) => passed.push(f) });
    }
  };
  return { clock, states, asked, passed, pipeline, receive };
};

const throughStream = async (pipeline: FramePipeline, frames: readonly EncodedFrame[]) => {
  const out: EncodedFrame[] = [];
  await ReadableStream.from(frames)
    .pipeThrough(
      new TransformStream<EncodedFrame, EncodedFrame>({
        transform: (frame, controller) => pipeline.transform(frame, controller),
      }),
    )
    .pipeTo(new WritableStream({ write: (frame) => void out.push(frame) }));
  return out;
};

describe('pipelines', () => {
  it('F22 keep the order, however long each frame takes', async () => {
    const pipeline = createSealPipeline(
      async (_, data) => {
        const [number = 0] = new Uint8Array(data);
        for (let turn = 0; turn < (number % 3) * 5; turn += 1) await Promise.resolve();
        return Uint8Array.of(number);
      },
      { stream: 'mic', codec: 'opus' },
    );
    const frames = Array.from({ length: 20 }, (_, index) => ({
      data: Uint8Array.of(index).buffer,
    }));
    const out = await throughStream(pipeline, frames);
    expect(out.map(({ data }) => new Uint8Array(data)[0])).toEqual([...Array(20).keys()]);
    expect(pipeline.counts.passed).toBe(20);
  });

  it('F22 drop and count what is refused, and go on', async () => {
    const { pipeline } = makeReceiver([
      'malformed',
      { frame: vp8KeyFrame(), epoch: await liveEpoch(1) },
      'not-authentic',
      'not-authentic',
      'duplicate',
    ]);
    const frames = Array.from({ length: 6 }, () => ({ data: new ArrayBuffer(1) }));
    expect(await throughStream(pipeline, frames)).toHaveLength(1);
    expect(pipeline.counts).toMatchObject({
      passed: 1,
      refused: { malformed: 1, 'not-authentic': 2, duplicate: 1, 'worker-failed': 1 },
    });
  });

  it('F22 let no frame out whose sealing failed, and leave it as it was', async () => {
    const pipeline = createSealPipeline(
      async () => {
        throw new FrameError('no-sending-key', 'none');
      },
      { stream: 'mic', codec: 'opus' },
    );
    const frame = { data: Uint8Array.of(1, 2).buffer };
    expect(await throughStream(pipeline, [frame])).toEqual([]);
    expect(pipeline.counts).toMatchObject({ passed: 0, refused: { 'no-sending-key': 1 } });
  });

  it('F27 count a sealed frame before it can leave', async () => {
    const pipeline = createSealPipeline(async () => Uint8Array.of(1), {
      stream: 'mic',
      codec: 'opus',
    });
    let counted = 0;
    await pipeline.transform(
      { data: new ArrayBuffer(1) },
      {
        enqueue: () => {
          counted = pipeline.counts.passed;
        },
      },
    );
    expect(counted).toBe(1);
  });
});

describe('the state of a receiver', () => {
  it('F23 follows the last frame, and retransmissions do not change it', async () => {
    const epoch = await liveEpoch(1);
    const opened = { frame: vp8KeyFrame(), epoch };
    const { states, receive } = makeReceiver([
      'unknown-epoch',
      opened,
      opened,
      'duplicate',
      'not-authentic',
      'duplicate',
      'too-old',
      opened,
      'unknown-epoch',
      'wrong-leaf',
    ]);
    await receive();
    expect(states).toEqual(['ok', 'failed', 'ok', 'waiting', 'failed']);
  });

  it('F24 asks for a key frame at the first frame, once a second until one comes', async () => {
    const epoch = await liveEpoch(1);
    const delta = { frame: vp8DeltaFrame(), epoch };
    const key = { frame: vp8KeyFrame(), epoch };
    const said: Said[] = [delta, delta];
    const { clock, asked, receive } = makeReceiver(said);
    await receive();
    expect(asked).toEqual([0]);
    // Too soon after: asked later, when it is still needed.
    said.push(delta);
    clock.advance(999);
    await receive();
    expect(asked).toEqual([0]);
    said.push(delta);
    clock.advance(1);
    await receive();
    expect(asked).toEqual([0, 1000]);
    said.push(key, delta);
    clock.advance(5000);
    await receive();
    expect(asked).toEqual([0, 1000]);
  });

  it('F24 asks for none under a new key where no frame was missed', async () => {
    const [one, two] = [await liveEpoch(1), await liveEpoch(2)];
    const { asked, receive } = makeReceiver([
      { frame: vp8KeyFrame(), epoch: one },
      'duplicate',
      { frame: vp8DeltaFrame(), epoch: two },
    ]);
    await receive();
    expect(asked).toEqual([]);
  });

  it.each(['unknown-epoch', 'not-authentic', 'too-old'] as const)(
    'F24 asks for one after a frame that was refused as %s',
    async (code) => {
      const epoch = await liveEpoch(1);
      const [key, delta] = [
        { frame: vp8KeyFrame(), epoch },
        { frame: vp8DeltaFrame(), epoch },
      ];
      const said: Said[] = [key, code];
      const { clock, asked, receive } = makeReceiver(said);
      await receive();
      // Not before something opens: what asks for more may be garbage alone.
      expect(asked).toEqual([]);
      clock.advance(10);
      said.push(delta, key, delta);
      await receive();
      expect(asked).toEqual([10]);
    },
  );

  it('F24 does not ask when the first frame is a key frame', async () => {
    const epoch = await liveEpoch(1);
    const { asked, receive } = makeReceiver([
      'unknown-epoch',
      { frame: vp8KeyFrame(), epoch },
      { frame: vp8DeltaFrame(), epoch },
    ]);
    await receive();
    expect(asked).toEqual([]);
  });
});
