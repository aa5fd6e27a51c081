// @sotto/e2ee/page: what the meeting page itself runs. No group library is in here: that is in the key
// worker's bundle (@sotto/e2ee/key-worker), and frames are sealed in @sotto/e2ee/frame-worker.
export { type FrameCodec, frameCodecOf } from './clear-prefix.ts';
export { type Comparison, type Verdict, judgeComparison, pinRoster } from './comparison.ts';
export { isDisplayName } from './display-name-text.ts';
export { FrameError, type FrameErrorCode } from './errors.ts';
export { type FrameClock, systemFrameClock } from './frame-clock.ts';
export { type FrameStream, MAX_LEAF } from './frame-kid.ts';
export type { OpenTarget } from './frame-opener.ts';
export type { FrameState, PipelineCounts } from './frame-pipelines.ts';
export type { SealTarget } from './frame-sealer.ts';
export {
  type SenderSample,
  WATCH_START,
  type WatchState,
  type WatchVerdict,
  watchSender,
} from './frame-watchdog.ts';
export {
  type AttachedTransform,
  FrameWorkerClient,
  type FrameWorkerClientDeps,
  type FrameWorkerHandle,
} from './frame-worker-client.ts';
export { fromBase64url, toBase64url } from './group-bytes.ts';
export { type GroupChange, describeChange } from './group-change.ts';
export { GroupError, type GroupErrorCode } from './group-errors.ts';
export type { GroupPoint } from './group-id.ts';
export type { SessionEvent } from './group-runner.ts';
export type {
  CommitFact,
  KeyPackageFact,
  MadeMessage,
  RecordGroup as GroupRecord,
  RefusalCode,
  RoomView as GroupRoomView,
  Trouble,
} from './group-session-types.ts';
export {
  KeyWorkerClient,
  type KeyWorkerClientDeps,
  type KeyWorkerHandle,
  type KeyWorkerListener,
  type SafetyCodeAnswer,
} from './key-worker-client.ts';
export type { GroupEpoch, KeyIdentity, OpenedMessage, ServerBound } from './key-worker-messages.ts';
export {
  LINK_SECRET_CHARACTERS,
  deriveJoinKey,
  joinHash,
  makeLinkSecret,
  parseLinkSecret,
} from './link-secret.ts';
export type { Member } from './mls-leaf.ts';
export type { RtpEndpoint } from './transforms.ts';
export type { WebMessagePort } from './web-types.ts';
export type { PipelineId, PipelineReport } from './worker-messages.ts';
