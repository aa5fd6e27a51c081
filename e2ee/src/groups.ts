// Links and group keys: what the page and its key worker need of them.
export {
  LINK_SECRET_CHARACTERS,
  deriveEnvelopeKey,
  deriveJoinKey,
  derivePreSharedKey,
  joinHash,
  makeLinkSecret,
  parseLinkSecret,
} from './link-secret.ts';
export { type Comparison, type Verdict, judgeComparison, pinRoster } from './comparison.ts';
export {
  type EnvelopeContext,
  type EnvelopeKey,
  type EnvelopeType,
  type OpenedEnvelope,
  importEnvelopeKey,
  openEnvelope,
  sealEnvelope,
} from './envelope.ts';
export { type GroupErrorCode, GroupError } from './group-errors.ts';
export { type GroupPoint, FIRST_GENERATION, generationOf, makeGroupId } from './group-id.ts';
export type {
  AcceptedCommit,
  GroupKeys,
  GroupKeysDeps,
  PreparedCommit,
  SafetyCode,
  SealedMessage,
} from './group-keys.ts';
export type { Addition, CommitLimits, CommitWish } from './mls-commit-choice.ts';
export type { WelcomeFor } from './mls-commit.ts';
export { createGroupKeys } from './mls-group-keys.ts';
export {
  type GroupRunner,
  type GroupRunnerDeps,
  type OutsideEffect,
  type SessionEvent,
  createGroupRunner,
} from './group-runner.ts';
export { startSession, step } from './group-session.ts';
export type {
  CommitFact,
  KeyPackageFact,
  MadeMessage,
  Phase,
  RecordGroup,
  RefusalCode,
  RoomView,
  SessionEffect,
  SessionInput,
  SessionState,
  Trouble,
} from './group-session-types.ts';
export type { Member } from './mls-leaf.ts';
export type { EpochFacts } from './mls-membership.ts';
export { UPDATE_AFTER_MESSAGES } from './group-wish.ts';
export type { AppMessage } from './mls-messages.ts';
export { safetyCode } from './safety-code.ts';
