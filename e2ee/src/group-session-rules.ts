// What the session does of itself (SPEC G24–G36): one rule per phase, asked again until none applies.
// Each looks at what is so, never at what just happened, so that nothing can be missed.
import { FIRST_GENERATION, type GroupPoint, generationOf, samePoint } from './group-id.ts';
import { createEffect, placeOf, rejoin, tryAgain } from './group-session-work.ts';
import type {
  CommitFact,
  Phase,
  Place,
  RecordGroup,
  RoomView,
  SessionEffect,
  SessionState,
  SessionStep,
  Work,
} from './group-session-types.ts';
import {
  RANK_MS,
  aloneDueAt,
  isEmpty,
  rankOf,
  updateDueAt,
  wishDueAt,
  wishOf,
  wouldBeAlone,
} from './group-wish.ts';

const SILENCE_MS = 5000;
const SILENT_TRIES = 4;

const become = (state: SessionState, phase: Phase): SessionStep => ({
  state: { ...state, phase },
  effects: [],
});

function work(state: SessionState, next: Work, phase: Phase = state.phase): SessionStep {
  return {
    state: { ...state, working: next, phase },
    effects: [{ type: 'work', work: next }],
  };
}

const pointOf = (group: RecordGroup | null) =>
  group && { groupId: group.groupId, epoch: group.epoch };

/** A new group in place of the record's, one generation up. */
function create(state: SessionState, room: RoomView): SessionStep {
  const prev = pointOf(room.group);
  const generation = prev === null ? FIRST_GENERATION : generationOf(prev.groupId) + 1;
  return work(state, { kind: 'draft', generation }, { name: 'creating', prev });
}

/** Whether anybody is there who could let oneself in. */
function somebodyInside(state: SessionState, { group, peers, keyPackages }: RoomView): boolean {
  const asking = new Set(keyPackages.map(({ peerId }) => peerId));
  return (group?.members ?? []).some(
    (peerId) => peerId !== state.self && peers.get(peerId) === true && !asking.has(peerId),
  );
}

function whileCreating(
  state: SessionState,
  room: RoomView,
  phase: Phase & { name: 'creating' },
  now: number,
): SessionStep | null {
  if (samePoint(pointOf(room.group), phase.prev)) {
    const { retry, ...rest } = phase;
    if (retry === undefined || now < retry.at) return null;
    const again: SessionEffect =
      retry.what === 'record' || phase.draft === undefined
        ? { type: 'ask-record' }
        : createEffect(phase.draft, phase.prev);
    return { state: { ...state, phase: rest }, effects: [again] };
  }
  const groupId = phase.draft?.groupId;
  if (groupId !== undefined && room.group?.groupId === groupId && room.group.epoch === 0) {
    return work(state, { kind: 'adopt', groupId });
  }
  return become(state, { name: 'init' });
}

function whileWaiting(
  state: SessionState,
  room: RoomView,
  phase: Phase & { name: 'welcome' },
  now: number,
): SessionStep | null {
  const commit = state.log.find(({ welcome }) => welcome !== undefined);
  if (commit?.welcome !== undefined) {
    return work(state, { kind: 'join', commit, welcome: commit.welcome });
  }
  if (!somebodyInside(state, room) && now >= state.deniedUntil) return create(state, room);
  return now >= phase.until ? tryAgain(state, phase.tries, now) : null;
}

/** Names one's own group to a record that has lost it, or has lost that one is in it. */
function nameAgain(
  state: SessionState,
  { point, tag }: Place,
  prev: GroupPoint | null,
  now: number,
): SessionStep | null {
  if (state.nameAgainAt === null || now < state.nameAgainAt) return null;
  const effects: SessionEffect[] = [{ type: 'send-create', group: point, prev, tag }];
  return { state: { ...state, nameAgainAt: null }, effects };
}

/** The record and oneself are not in the same place: what to do about it, or null if they are. */
function catchUp(
  state: SessionState,
  room: RoomView,
  place: Place,
  now: number,
): SessionStep | null {
  const { group } = room;
  const { point } = place;
  if (group === null) return nameAgain(state, place, null, now);
  if (group.groupId !== point.groupId) return become(state, { name: 'init' });
  const commit = state.log.find((one) => samePoint(one.group, point));
  if (commit !== undefined) return takeCommit(state, commit, now);
  return group.epoch === point.epoch ? null : rejoin(state, now);
}

function takeCommit(state: SessionState, commit: CommitFact, now: number): SessionStep {
  const { phase } = state;
  if (commit.by !== state.self) return work(state, { kind: 'accept', commit });
  const mine = phase.name === 'committing' && phase.message?.messageId === commit.messageId;
  return mine ? work(state, { kind: 'merge', commit }) : rejoin(state, now);
}

function whileMember(
  state: SessionState,
  room: RoomView,
  phase: Phase & { name: 'member' },
  now: number,
): SessionStep | null {
  const behind = catchUp(state, room, phase, now);
  if (behind !== null || room.group === null) return behind;
  const named = room.group.members.includes(state.self)
    ? null
    : nameAgain(state, phase, phase.point, now);
  if (named !== null) return named;
  const wish = wishOf(state, phase, room, now);
  if (wouldBeAlone(phase, wish)) {
    const since = phase.wishSince ?? now;
    if (now >= aloneDueAt(wish, since)) return create(state, room);
    return since === phase.wishSince ? null : become(state, { ...phase, wishSince: since });
  }

  const updateAt = updateDueAt(state, phase);
  const isUpdateDue = updateAt !== null && now >= updateAt;
  const wishSince = isEmpty(wish) ? null : (phase.wishSince ?? now);
  const isWishDue =
    wishSince !== null && now >= wishDueAt(state, wish, wishSince, rankOf(state, phase, room));
  if (isUpdateDue || isWishDue) {
    const next: Phase = { name: 'committing', ...placeOf(phase), resendAt: null };
    return work(state, { kind: 'commit', group: phase.point, ...wish }, next);
  }
  return wishSince === phase.wishSince ? null : become(state, { ...phase, wishSince });
}

function whileCommitting(
  state: SessionState,
  room: RoomView,
  phase: Phase & { name: 'committing' },
  now: number,
): SessionStep | null {
  const behind = catchUp(state, room, phase, now);
  if (behind !== null || room.group === null) return behind;
  const { message, resendAt } = phase;
  if (message === undefined || resendAt === null || now < resendAt) return null;
  // Taken long ago, or beaten, by a record that does not tell us: come in again.
  const silent = (phase.silent ?? 0) + 1;
  if (phase.beaten === true || silent > SILENT_TRIES) {
    return rejoin(state, now);
  }
  return {
    state: { ...state, phase: { ...phase, resendAt: now + SILENCE_MS, silent } },
    effects: [{ type: 'send-commit', message }],
  };
}

function whileStuck(
  state: SessionState,
  room: RoomView,
  phase: Phase & { name: 'stuck' },
  now: number,
): SessionStep | null {
  if (room.group?.groupId !== phase.point.groupId) return become(state, { name: 'init' });
  if (phase.condemnedAt !== null) {
    const rank = rankOf(state, phase, room, phase.author);
    if (now >= phase.condemnedAt + rank * RANK_MS) return create(state, room);
  }
  return now >= phase.until && phase.condemnedAt === null ? rejoin(state, now) : null;
}

/** The next thing that is to be done now, or null. */
export function nextRule(state: SessionState, now: number): SessionStep | null {
  const { phase, room, working } = state;
  if (working !== null || room === null) return null;
  switch (phase.name) {
    case 'init':
      if (!somebodyInside(state, room) && now >= state.deniedUntil) return create(state, room);
      return room.group === null ? null : become(state, { name: 'key-package', tries: 1 });
    case 'creating':
      return whileCreating(state, room, phase, now);
    case 'key-package': {
      const group = pointOf(room.group);
      return group === null
        ? become(state, { name: 'init' })
        : work(state, { kind: 'key-package', group });
    }
    case 'welcome':
      return whileWaiting(state, room, phase, now);
    case 'member':
      return whileMember(state, room, phase, now);
    case 'committing':
      return whileCommitting(state, room, phase, now);
    case 'stuck':
      return whileStuck(state, room, phase, now);
    case 'rejoin':
      if (now < phase.at) return null;
      return {
        state: { ...state, lastRejoinAt: now, phase: { name: 'key-package', tries: 1 } },
        effects: [],
      };
    case 'over':
      return null;
  }
}
