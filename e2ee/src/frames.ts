// What the package exports of frame encryption: the codec functions, and what the page and the
// group's worker need to run the frame worker.
export { FrameError, type FrameErrorCode } from './errors.ts';
export { decodeFrameHeader, encodeFrameHeader, type FrameHeader } from './frame-header.ts';
export { openFrame, sealFrame } from './frame-cipher.ts';
export { deriveFrameKeys, type FrameKeys, type FrameSuite, importBaseKey } from './key-schedule.ts';
export { type FrameCodec, frameCodecOf } from './clear-prefix.ts';
export { type FrameStream, MAX_LEAF } from './frame-kid.ts';
export { type FrameClock, systemFrameClock } from './frame-clock.ts';
export type { FrameState, PipelineCounts } from './frame-pipelines.ts';
export type { SealTarget } from './frame-sealer.ts';
export type { OpenTarget } from './frame-opener.ts';
export {
  type FedEpoch,
  type FeedPort,
  FrameKeyFeed,
  type FrameKeyFeedDeps,
} from './frame-key-feed.ts';
export {
  type AttachedTransform,
  FrameWorkerClient,
  type FrameWorkerClientDeps,
  type FrameWorkerHandle,
} from './frame-worker-client.ts';
export type { RtpEndpoint } from './transforms.ts';
export type { PipelineId, PipelineReport } from './worker-messages.ts';
export {
  type SenderSample,
  WATCH_START,
  watchSender,
  type WatchState,
  type WatchVerdict,
} from './frame-watchdog.ts';
