// Runs a group session: feeds it what happens, does the work that it asks for with GroupKeys and the
// envelope's key, and hands everything else to whoever sends and installs. One work at a time.
import { type EnvelopeKey, type EnvelopeType, openEnvelope, sealEnvelope } from './envelope.ts';
import type { Bytes } from './group-bytes.ts';
import { GroupError } from './group-errors.ts';
import { type GroupPoint, makeGroupId } from './group-id.ts';
import type { GroupKeys } from './group-keys.ts';
import { startSession, step } from './group-session.ts';
import type {
  KeyPackageFact,
  SessionEffect,
  SessionInput,
  SessionState,
  Work,
  WorkResult,
} from './group-session-types.ts';
import type { Addition } from './mls-commit-choice.ts';
import { tagHash } from './mls-membership.ts';

/** Effects that are not the runner's own: messages to the server, keys to the frame worker, words. */
export type OutsideEffect = Exclude<SessionEffect, { type: 'work' | 'set-timer' }>;

/** What happened, without its time: the runner's clock gives that. */
export type SessionEvent = SessionInput extends infer Input
  ? Input extends SessionInput
    ? Omit<Input, 'now'>
    : never
  : never;

export type GroupRunnerDeps = {
  readonly keys: GroupKeys;
  readonly envelopeKey: EnvelopeKey;
  readonly roomId: string;
  readonly self: string;
  readonly clock: {
    /** Milliseconds that never go back. */
    now(): number;
    /** Milliseconds since the epoch, for lifetimes. */
    today(): number;
    /** Calls once, at or after `at`; replaces the one before; null only ends that. */
    setTimer(at: number | null, call: () => void): void;
  };
  readonly newMessageId: () => string;
  readonly jitter: number;
  /** Bytes of one commit with its welcomes, as the server takes them. */
  readonly maxCommitBytes: number;
  readonly outside: (effect: OutsideEffect) => void;
};

export interface GroupRunner {
  handle(event: SessionEvent): void;
  state(): SessionState;
  /** Whether a piece of work is under way. */
  isBusy(): boolean;
  close(): void;
}

export function createGroupRunner(deps: GroupRunnerDeps): GroupRunner {
  const { clock, self } = deps;
  let state = startSession(self, deps.jitter);
  let closed = false;

  // Whoever hears an effect may answer at once: that waits until this step's effects are out.
  const inbox: SessionInput[] = [];
  let feeding = false;

  function feed(input: SessionInput): void {
    inbox.push(input);
    if (feeding) return;
    feeding = true;
    const take = (): SessionInput | undefined => (closed ? undefined : inbox.shift());
    for (let next = take(); next !== undefined; next = take()) {
      for (const effect of advance(next)) perform(effect);
    }
    feeding = false;
  }

  /** What cannot be taken is dropped as if it had never come: one lie must not end the session. */
  function advance(input: SessionInput): readonly SessionEffect[] {
    try {
      const done = step(state, input);
      state = done.state;
      return done.effects;
    } catch {
      // Finished work is not under way any more, whatever came of it.
      if (input.type === 'worked') state = { ...state, working: null };
      return [];
    }
  }

  function perform(effect: SessionEffect): void {
    if (effect.type === 'work') {
      const finished = (result: WorkResult): void =>
        feed({ type: 'worked', now: clock.now(), result });
      void runWork(deps, effect.work).then(finished);
    } else if (effect.type === 'set-timer') {
      clock.setTimer(effect.at, () => feed({ type: 'time', now: clock.now() }));
    } else {
      deps.outside(effect);
      // Its late messages go with its frames; keys that are closed have nothing to forget.
      if (effect.type === 'wipe') deps.keys.forgetEpoch(effect.group).catch(() => undefined);
    }
  }

  return {
    handle: (event) => feed({ ...event, now: clock.now() }),
    state: () => state,
    isBusy: () => !closed && state.working !== null,
    close: () => {
      closed = true;
      clock.setTimer(null, () => undefined);
    },
  };
}

/** Never rejects: what went wrong is a result too. */
async function runWork(deps: GroupRunnerDeps, work: Work): Promise<WorkResult> {
  try {
    return await doWork(deps, work);
  } catch (error) {
    const code = error instanceof GroupError ? error.code : 'bad-commit';
    // Everybody who was to be added is of no use, or the commit would have gone without the one.
    const useless = work.kind === 'commit' && code === 'bad-key-package' ? work.adds : [];
    return { kind: 'failed', code, refused: useless.map(({ messageId }) => messageId) };
  }
}

async function doWork(deps: GroupRunnerDeps, work: Work): Promise<WorkResult> {
  const { keys, clock, self } = deps;
  switch (work.kind) {
    case 'draft': {
      const groupId = makeGroupId(work.generation);
      const tag = await keys.draftGroup(groupId, clock.today());
      return { kind: 'drafted', draft: { groupId, tag } };
    }
    case 'adopt':
      return { kind: 'epoch', epoch: await keys.adoptDraft(work.groupId), removed: false };
    case 'key-package': {
      const bytes = await keys.makeKeyPackage(clock.today());
      const envelope = await seal(deps, 'key-package', work.group, '', bytes);
      return { kind: 'key-package', messageId: deps.newMessageId(), envelope };
    }
    case 'join': {
      const { by, group } = work.commit;
      const welcome = await open(deps, 'welcome', by, self, work.welcome);
      const expected = { groupId: group.groupId, epoch: group.epoch + 1 };
      return { kind: 'epoch', epoch: await keys.join(welcome, expected), removed: false };
    }
    case 'commit':
      return makeCommit(deps, work);
    case 'merge':
      return { ...(await keys.mergeCommit()), kind: 'epoch' };
    case 'accept': {
      const { by, envelope } = work.commit;
      const accepted = await keys.acceptCommit(await open(deps, 'commit', by, '', envelope), by);
      return accepted.kind === 'removed' ? accepted : { ...accepted, kind: 'epoch' };
    }
  }
}

const seal = (
  { envelopeKey, roomId, self }: GroupRunnerDeps,
  type: EnvelopeType,
  group: GroupPoint,
  recipient: string,
  bytes: Uint8Array,
): Promise<Bytes> =>
  sealEnvelope(envelopeKey, type, group, { roomId, sender: self, recipient }, bytes);

const open = async (
  { envelopeKey, roomId }: GroupRunnerDeps,
  type: EnvelopeType,
  sender: string,
  recipient: string,
  envelope: Uint8Array,
): Promise<Bytes> =>
  (await openEnvelope(envelopeKey, type, { roomId, sender, recipient }, envelope)).plaintext;

async function makeCommit(
  deps: GroupRunnerDeps,
  { adds, removes, group }: Work & { kind: 'commit' },
): Promise<WorkResult> {
  const refused: string[] = [];
  const opened: Addition[] = [];
  for (const { peerId, messageId, envelope } of adds) {
    try {
      opened.push({ peerId, keyPackage: await open(deps, 'key-package', peerId, '', envelope) });
    } catch {
      refused.push(messageId);
    }
  }
  if (adds.length > 0 && opened.length === 0 && removes.length === 0) {
    return { kind: 'failed', code: 'bad-envelope', refused };
  }
  const limits = { nowMs: deps.clock.today(), maxBytes: deps.maxCommitBytes };
  const made = await deps.keys.makeCommit({ adds: opened, removes }, limits);
  const useless = new Set(made.refused.map(({ peerId }) => peerId));
  const isUseless = ({ peerId }: KeyPackageFact) => useless.has(peerId);
  refused.push(...adds.filter(isUseless).map(({ messageId }) => messageId));
  const welcomes = await Promise.all(
    made.welcomes.map(async ({ peerId, bytes }) => ({
      to: peerId,
      envelope: await seal(deps, 'welcome', group, peerId, bytes),
    })),
  );
  const envelope = await seal(deps, 'commit', group, '', made.commit);
  const messageId = deps.newMessageId();
  return {
    kind: 'commit',
    message: { messageId, group, tagHash: tagHash(made.tag), envelope, welcomes },
    refused,
  };
}
