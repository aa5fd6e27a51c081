// What finished work with keys does to the session: entering epochs, sending what was made, and what
// follows where it failed. The rules that begin work are in group-session-rules.ts.
import { install } from './group-epochs.ts';
import { type GroupPoint, samePoint } from './group-id.ts';
import type {
  CommitFact,
  Draft,
  Phase,
  Place,
  SessionEffect,
  SessionState,
  SessionStep,
  Work,
  WorkResult,
} from './group-session-types.ts';
import { type EpochFacts, tagHash } from './mls-membership.ts';

const WELCOME_MS = 10_000;
export const TRIES = 3;
/** A rejoin costs everybody an epoch: no more often than this. */
export const REJOIN_EVERY_MS = 30_000;
/** How long who cannot follow waits for others to say the same, before it rejoins alone. */
const STUCK_MS = 3000;
/** No word about one's commit: the same bytes again. */
const SILENCE_MS = 5000;

/** A commit that could not be made (a full group): looked at again after this. */
const FAILED_PAUSE_MS = 5000;

const none = (state: SessionState): SessionStep => ({ state, effects: [] });

/** REJOIN: with the old keys until then, at once if the last time is long enough ago. The page is told. */
export function rejoin(state: SessionState, now: number): SessionStep {
  const at = Math.max(now, state.lastRejoinAt + REJOIN_EVERY_MS);
  const effects: SessionEffect[] = [{ type: 'tell', trouble: 'cannot-follow' }];
  return { state: { ...state, phase: { name: 'rejoin', at } }, effects };
}

export const createEffect = ({ groupId, tag }: Draft, prev: GroupPoint | null): SessionEffect => ({
  type: 'send-create',
  group: { groupId, epoch: 0 },
  prev,
  tag,
});

/** A new epoch: keys to receive with at once, ready to the server, and the phase that follows. */
function enter(
  state: SessionState,
  epoch: EpochFacts,
  options: { readonly atOnce: boolean; readonly newPath: boolean },
  now: number,
): SessionStep {
  const point = { groupId: epoch.groupId, epoch: epoch.epoch };
  const { epochs, effects } = install(state.epochs, point, options.atOnce, now);
  const { tag, leaf, roster } = epoch;
  const next: SessionState = {
    ...state,
    epochs,
    phase: { name: 'member', point, tag, leaf, roster, wishSince: null },
    log: state.log.filter(
      ({ group }) => group.groupId === point.groupId && group.epoch >= point.epoch,
    ),
    lastPathAt: options.newPath ? now : state.lastPathAt,
    // Another epoch, another 150 messages.
    updateNow: false,
  };
  const own: SessionEffect[] = [
    { type: 'install', epoch },
    { type: 'send-ready', group: point, tag },
  ];
  return { state: next, effects: [...own, ...effects] };
}

/** The epoch that a commit begins; another tag than its committer's is an accident to come back from. */
function follow(
  state: SessionState,
  commit: CommitFact,
  result: WorkResult & { kind: 'epoch' },
  options: { readonly atOnce: boolean; readonly newPath: boolean },
  now: number,
): SessionStep {
  const entered = enter(state, result.epoch, options, now);
  if (commit.tagHash === tagHash(result.epoch.tag)) return entered;
  const again = rejoin(entered.state, now);
  return { ...again, effects: [...entered.effects, ...again.effects] };
}

export const placeOf = ({ point, tag, leaf, roster }: Place): Place => ({
  point,
  tag,
  leaf,
  roster,
});

function cannotFollow(state: SessionState, commit: CommitFact, now: number): SessionStep {
  const { phase } = state;
  if (phase.name !== 'member' && phase.name !== 'committing') return rejoin(state, now);
  const { messageId, by: author } = commit;
  const stuck: Phase = {
    name: 'stuck',
    ...placeOf(phase),
    messageId,
    author,
    until: now + STUCK_MS,
    condemnedAt: null,
  };
  const effects: SessionEffect[] = [
    { type: 'send-bad-commit', messageId },
    { type: 'tell', trouble: 'cannot-follow' },
  ];
  return { state: { ...state, phase: stuck }, effects };
}

/** The next try for a welcome; after three a pause, and a look at whether the record is as one thinks. */
export function tryAgain(state: SessionState, tries: number, now: number): SessionStep {
  if (tries < TRIES) {
    return none({ ...state, phase: { name: 'key-package', tries: tries + 1 } });
  }
  const effects: SessionEffect[] = [
    { type: 'tell', trouble: 'no-welcome' },
    { type: 'ask-record' },
  ];
  return { state: { ...state, phase: { name: 'rejoin', at: now + REJOIN_EVERY_MS } }, effects };
}

function finishCommit(state: SessionState, result: WorkResult, now: number): SessionStep {
  const { phase } = state;
  if (phase.name !== 'committing') return none(state);
  const place = placeOf(phase);
  if (result.kind === 'commit') {
    const refused = new Set([...state.refused, ...result.refused]);
    const { message } = result;
    const resendAt = now + SILENCE_MS;
    const next: Phase = { name: 'committing', ...place, message, resendAt };
    // Beaten while it was made: the log has the winner, and the rules take that.
    const isCurrent = samePoint(state.room?.group ?? null, message.group);
    const effects: SessionEffect[] = isCurrent ? [{ type: 'send-commit', message }] : [];
    return { state: { ...state, refused, phase: next }, effects };
  }
  const useless = result.kind === 'failed' ? (result.refused ?? []) : [];
  const refused = new Set([...state.refused, ...useless]);
  // An update that could not be made waits its whole time again, unless it was for who came with it.
  const updateNow = state.updateNow && useless.length > 0;
  const idle: SessionState = { ...state, refused, updateNow, lastPathAt: now };
  const wishSince = now + FAILED_PAUSE_MS;
  return none({ ...idle, phase: { name: 'member', ...place, wishSince } });
}

function finishAccept(
  state: SessionState,
  commit: CommitFact,
  result: WorkResult,
  now: number,
): SessionStep {
  if (result.kind === 'epoch') {
    return follow(state, commit, result, { atOnce: result.removed, newPath: false }, now);
  }
  if (result.kind === 'removed') {
    // Not kicked, or the record would say so: somebody took us for gone.
    return rejoin(state, now);
  }
  return cannotFollow(state, commit, now);
}

function finishMerge(
  state: SessionState,
  commit: CommitFact,
  result: WorkResult & { kind: 'epoch' },
  now: number,
): SessionStep {
  // A commit that only adds has no path.
  const newPath = result.removed || commit.welcomed.length === 0;
  return follow(state, commit, result, { atOnce: result.removed, newPath }, now);
}

export function finishWork(
  state: SessionState,
  work: Work | null,
  result: WorkResult,
  now: number,
): SessionStep {
  const { phase } = state;
  switch (work?.kind) {
    case undefined:
      return none(state);
    case 'draft': {
      if (phase.name !== 'creating') return none(state);
      if (result.kind !== 'drafted') return rejoin(state, now);
      const { draft } = result;
      return {
        state: { ...state, phase: { ...phase, draft } },
        effects: [createEffect(draft, phase.prev)],
      };
    }
    case 'adopt':
      if (phase.name !== 'creating') return none(state);
      if (result.kind !== 'epoch') return rejoin(state, now);
      return enter(state, result.epoch, { atOnce: true, newPath: true }, now);
    case 'key-package': {
      if (phase.name !== 'key-package') return none(state);
      if (result.kind !== 'key-package') return rejoin(state, now);
      const { messageId, envelope } = result;
      const { tries } = phase;
      const until = now + WELCOME_MS;
      return {
        state: { ...state, phase: { name: 'welcome', tries, messageId, envelope, until } },
        effects: [{ type: 'send-key-package', messageId, envelope }],
      };
    }
    case 'join': {
      if (phase.name !== 'welcome') return none(state);
      const { commit } = work;
      if (result.kind === 'epoch') {
        return follow(state, commit, result, { atOnce: true, newPath: true }, now);
      }
      const log = state.log.filter((one) => one !== commit);
      return tryAgain({ ...state, log }, phase.tries, now);
    }
    case 'commit':
      return finishCommit(state, result, now);
    case 'merge':
      if (result.kind !== 'epoch') return rejoin(state, now);
      return finishMerge(state, work.commit, result, now);
    case 'accept':
      return finishAccept(state, work.commit, result, now);
  }
}
