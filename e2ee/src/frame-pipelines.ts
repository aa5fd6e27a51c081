// Encoded frames on their way through the worker: one transform per sender or receiver, in order,
// that passes what was sealed or opened and drops everything else. Nothing here can end a stream.
import { isKeyFrame } from './clear-prefix.ts';
import { FrameError, type FrameErrorCode } from './errors.ts';
import type { FrameClock } from './frame-clock.ts';
import type { OpenStreamFrame, OpenTarget } from './frame-opener.ts';
import type { SealStreamFrame, SealTarget } from './frame-sealer.ts';

/** What RTCEncodedVideoFrame and RTCEncodedAudioFrame have in common. */
export interface EncodedFrame {
  data: ArrayBuffer;
  /** Of video only. */
  readonly type?: string;
}

export interface PipelineCounts {
  /** Frames sealed or opened. */
  readonly passed: number;
  readonly refused: Readonly<Partial<Record<FrameErrorCode, number>>>;
}

/** What a receiver's tile shows: whether its last frame opened, and if not, why. */
export type FrameState = 'waiting' | 'ok' | 'failed';

export interface Sink {
  enqueue(frame: EncodedFrame): void;
}

export interface FramePipeline {
  readonly counts: PipelineCounts;
  transform(frame: EncodedFrame, sink: Sink): Promise<void>;
}

/** A receiver asks for a key frame this often at most. */
export const KEY_FRAME_REQUEST_INTERVAL_MS = 1000;

class Tally implements PipelineCounts {
  passed = 0;
  readonly refused: Partial<Record<FrameErrorCode, number>> = {};

  refuse(error: unknown): FrameErrorCode {
    const code = error instanceof FrameError ? error.code : 'worker-failed';
    this.refused[code] = (this.refused[code] ?? 0) + 1;
    return code;
  }
}

export const createSealPipeline = (seal: SealStreamFrame, target: SealTarget): FramePipeline => {
  const counts = new Tally();
  return {
    counts,
    async transform(frame, sink) {
      try {
        frame.data = (await seal(target, frame.data)).buffer;
        // Counted before it can leave: packets without a count are packets past this worker.
        counts.passed += 1;
        sink.enqueue(frame);
      } catch (error) {
        counts.refuse(error);
      }
    },
  };
};

export interface OpenPipelineDeps {
  readonly open: OpenStreamFrame;
  readonly clock: FrameClock;
  /** Called when it changes; a pipeline begins as `waiting`. */
  readonly onState: (state: FrameState) => void;
  /** Frames are missing, and what opened is not one that a decoder can go on with. */
  readonly onKeyFrameNeeded: () => void;
}

/** Undefined for what says nothing about the stream: retransmissions. */
const stateAfter = (code: FrameErrorCode): FrameState | undefined => {
  if (code === 'duplicate') return undefined;
  return code === 'unknown-epoch' ? 'waiting' : 'failed';
};

export const createOpenPipeline = (deps: OpenPipelineDeps, target: OpenTarget): FramePipeline => {
  const { open, clock, onState, onKeyFrameNeeded } = deps;
  const counts = new Tally();
  let state: FrameState = 'waiting';
  // A decoder has nothing yet; and whatever is refused, it lacks.
  let isMissing = true;
  let askedAtMs = Number.NEGATIVE_INFINITY;

  const setState = (next: FrameState | undefined): void => {
    if (next === undefined || next === state) return;
    state = next;
    onState(next);
  };
  const noticeOpened = (isDecodable: boolean): void => {
    if (isDecodable) isMissing = false;
    if (!isMissing || clock.now() - askedAtMs < KEY_FRAME_REQUEST_INTERVAL_MS) return;
    askedAtMs = clock.now();
    onKeyFrameNeeded();
  };

  return {
    counts,
    async transform(frame, sink) {
      try {
        const opened = await open(target, frame.data);
        frame.data = opened.frame.buffer;
        counts.passed += 1;
        setState('ok');
        noticeOpened(isKeyFrame(target.codec, opened.frame) ?? frame.type !== 'delta');
        sink.enqueue(frame);
      } catch (error) {
        const code = counts.refuse(error);
        if (code !== 'duplicate') isMissing = true;
        setState(stateAfter(code));
      }
    },
  };
};
