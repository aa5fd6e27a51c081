// The group session (SPEC G24–G36): INIT → KEY_PACKAGE → WELCOME → MEMBER(n) ⇄ COMMITTING(n), REJOIN. A
// pure function: facts, answers, finished work and time go in; the next state and effects come out.
import { NO_EPOCHS, epochDeadlines, ready, settleEpochs } from './group-epochs.ts';
import { type GroupPoint, generationOf, samePoint } from './group-id.ts';
import { createEffect, finishWork, rejoin } from './group-session-work.ts';
import { nextRule } from './group-session-rules.ts';
import type {
  CommitFact,
  Phase,
  RecordGroup,
  RoomView,
  SessionEffect,
  SessionInput,
  SessionState,
  SessionStep,
} from './group-session-types.ts';
import {
  BURST_MS,
  RANK_MS,
  UPDATE_AFTER_MESSAGES,
  aloneDueAt,
  rankOf,
  updateDueAt,
  wishDueAt,
  wishOf,
  wouldBeAlone,
} from './group-wish.ts';

const IGNORE_AUTHOR_MS = 60_000;
/** `rate` and `lost`: the same bytes again after this long. */
const RESEND_MS = 800;
/** Beaten, says the server: so long the winner's commit has to arrive. */
const BEATEN_MS = 3000;
/** Not allowed to begin a group: that long one asks to be let in, before one tries again. */
const DENIED_MS = 10_000;

export const startSession = (self: string, jitter: number): SessionState => ({
  self,
  jitter,
  room: null,
  phase: { name: 'init' },
  working: null,
  log: [],
  epochs: NO_EPOCHS,
  ignored: new Map(),
  refused: new Set(),
  lastRejoinAt: Number.NEGATIVE_INFINITY,
  commitTimes: [],
  lastPathAt: 0,
  updateNow: false,
  nameAgainAt: Number.NEGATIVE_INFINITY,
  deniedUntil: Number.NEGATIVE_INFINITY,
  timerAt: null,
});

const none = (state: SessionState): SessionStep => ({ state, effects: [] });

const withRoom = (state: SessionState, change: (room: RoomView) => RoomView): SessionState =>
  state.room === null ? state : { ...state, room: change(state.room) };

/** Whether the record's group is at this commit, or beyond what one knows: a gap, not an echo. */
function isAhead(known: RecordGroup | null, at: GroupPoint): boolean {
  if (known === null) return true;
  if (known.groupId === at.groupId) return at.epoch >= known.epoch;
  return generationOf(at.groupId) > generationOf(known.groupId);
}

/** A commit of the record: the group moves on, and who is welcomed asks no more. */
function takeCommit(state: SessionState, commit: CommitFact, now: number): SessionState {
  const known = state.room?.group ?? null;
  if (state.room === null || !isAhead(known, commit.group)) return state;
  const isSame = known?.groupId === commit.group.groupId;
  const before = isSame ? known.members : [commit.by];
  const moved = withRoom(state, (room) => ({
    ...room,
    group: {
      groupId: commit.group.groupId,
      epoch: commit.group.epoch + 1,
      members: [...new Set([...before, ...commit.welcomed])],
    },
    keyPackages: room.keyPackages.filter(({ peerId }) => !commit.welcomed.includes(peerId)),
  }));
  // Whoever is not in yet follows from the commit that welcomes it on.
  const { name } = state.phase;
  const follows = name === 'member' || name === 'committing' || state.log.length > 0;
  const log = follows || commit.welcome !== undefined ? [...state.log, commit] : state.log;
  const commitTimes = [...state.commitTimes.filter((at) => at > now - BURST_MS), now];
  return { ...moved, log, commitTimes };
}

function takeRefusal(state: SessionState, input: SessionInput & { type: 'refused' }): SessionStep {
  const { phase } = state;
  const { code, messageId, now } = input;
  const mayRepeat = code === 'rate' || code === 'lost';
  if (phase.name === 'committing' && phase.message?.messageId === messageId) {
    // Told to wait, one was heard: that is no silence.
    const silent = code === 'rate' ? 0 : (phase.silent ?? 0);
    const again: Phase = { ...phase, resendAt: now + RESEND_MS, silent };
    const beaten: Phase = { ...phase, resendAt: now + BEATEN_MS, beaten: true };
    return none({ ...state, phase: mayRepeat ? again : beaten });
  }
  if (phase.name === 'creating' && phase.draft?.groupId === messageId) {
    // Beaten: the record says by which group, or will. Not allowed: ask to be let in instead.
    if (code !== 'denied') {
      const retry = mayRepeat
        ? ({ at: now + RESEND_MS, what: 'create' } as const)
        : ({ at: now + BEATEN_MS, what: 'record' } as const);
      return none({ ...state, phase: { ...phase, retry } });
    }
    const asking: Phase = { name: 'key-package', tries: 1 };
    return none({ ...state, deniedUntil: now + DENIED_MS, phase: asking });
  }
  if (phase.name === 'welcome' && phase.messageId === messageId && mayRepeat) {
    return none({ ...state, phase: { ...phase, tries: phase.tries - 1, until: now + RESEND_MS } });
  }
  const isNamed = phase.name === 'member' || phase.name === 'committing';
  if (isNamed && phase.point.groupId === messageId && state.nameAgainAt === null) {
    if (mayRepeat) return none({ ...state, nameAgainAt: now + RESEND_MS });
    // The record's group of this name has other keys, or wants one no more.
    if (code === 'denied') return rejoin(state, now);
  }
  return none(state);
}

/** Commits that wait for their turn are not told again, so those of the record's group are kept. */
function stillToDo(
  log: readonly CommitFact[],
  { group: current }: RoomView,
  told: readonly CommitFact[],
): readonly CommitFact[] {
  const toldIds = new Set(told.map(({ messageId }) => messageId));
  const kept = log.filter(
    ({ group, messageId }) =>
      group.groupId === current?.groupId && group.epoch < current.epoch && !toldIds.has(messageId),
  );
  return [...kept, ...told].toSorted((a, b) => a.group.epoch - b.group.epoch);
}

/** A record taken anew: what was under way is said again, byte for byte. */
function takeRecord(state: SessionState, input: SessionInput & { type: 'record' }): SessionStep {
  const { room, commits, now } = input;
  const next = { ...state, room, log: stillToDo(state.log, room, commits), nameAgainAt: now };
  const { phase } = state;
  if (phase.name === 'committing') {
    return none({ ...next, phase: { ...phase, resendAt: now } });
  }
  if (phase.name === 'welcome') {
    const { messageId, envelope } = phase;
    const isThere = room.keyPackages.some((one) => one.messageId === messageId);
    const again: SessionEffect = { type: 'send-key-package', messageId, envelope };
    return { state: next, effects: isThere ? [] : [again] };
  }
  if (phase.name === 'creating' && phase.draft !== undefined) {
    return { state: next, effects: [createEffect(phase.draft, phase.prev)] };
  }
  return none(next);
}

/** A group of somebody's, or, named again as it is, one more member who has it. */
function takeGroup(state: SessionState, group: GroupPoint, by: string): SessionState {
  const known = state.room?.group ?? null;
  const again = samePoint(known, group);
  const members = again ? [...new Set([...(known?.members ?? []), by])] : [by];
  const next = withRoom(state, (room) => ({
    ...room,
    group: { ...group, members },
    keyPackages: room.keyPackages.filter(({ peerId }) => peerId !== by),
  }));
  return again ? next : { ...next, log: [], nameAgainAt: Number.NEGATIVE_INFINITY };
}

const withoutMember = (group: RecordGroup | null, peerId: string): RecordGroup | null =>
  group && { ...group, members: group.members.filter((member) => member !== peerId) };

/** Everything about a peer that went: it is no member, asks for nothing. */
const withoutPeer = (room: RoomView, peerId: string): RoomView => ({
  group: withoutMember(room.group, peerId),
  peers: new Map([...room.peers].filter(([other]) => other !== peerId)),
  keyPackages: room.keyPackages.filter((one) => one.peerId !== peerId),
});

const withPeer = (state: SessionState, peerId: string, connected: boolean): SessionState =>
  withRoom(state, (room) => ({ ...room, peers: new Map([...room.peers, [peerId, connected]]) }));

function takeLeave(state: SessionState, peerId: string, kicked: boolean): SessionStep {
  if (peerId !== state.self) return none(withRoom(state, (room) => withoutPeer(room, peerId)));
  const out: SessionState = {
    ...state,
    room: null,
    log: [],
    epochs: NO_EPOCHS,
    phase: { name: kicked ? 'over' : 'init' },
  };
  const told: SessionEffect[] = kicked ? [{ type: 'tell', trouble: 'put-out' }] : [];
  return { state: out, effects: [...told, { type: 'wipe-all' }] };
}

function condemn(state: SessionState, input: SessionInput & { type: 'commit-condemned' }) {
  const { messageId, author, now } = input;
  const ignored = new Map([...state.ignored, [author, now + IGNORE_AUTHOR_MS]]);
  const { phase } = state;
  const isMine = phase.name === 'stuck' && phase.messageId === messageId;
  const next: Phase = isMine ? { ...phase, condemnedAt: now } : phase;
  const without = withRoom(state, (room) => ({
    ...room,
    group: withoutMember(room.group, author),
  }));
  return { ...without, ignored, phase: next };
}

function take(state: SessionState, input: SessionInput): SessionStep {
  switch (input.type) {
    case 'record':
      return takeRecord(state, input);
    case 'group-created':
      return none(takeGroup(state, input.group, input.by));
    case 'key-package': {
      const { keyPackage } = input;
      return none(
        withRoom(state, (room) => {
          const others = room.keyPackages.filter(({ peerId }) => peerId !== keyPackage.peerId);
          // Whoever asks is here, even where one was not told of its coming.
          const peers = new Map([...room.peers, [keyPackage.peerId, true]]);
          return { ...room, peers, keyPackages: [...others, keyPackage] };
        }),
      );
    }
    case 'commit':
      return none(takeCommit(state, input.commit, input.now));
    case 'commit-condemned':
      return none(condemn(state, input));
    case 'epoch-ready': {
      const { epochs, effects } = ready(state.epochs, input.group);
      return { state: { ...state, epochs }, effects };
    }
    case 'peer-connected':
      return none(withPeer(state, input.peerId, true));
    case 'peer-disconnected':
      return none(withPeer(state, input.peerId, false));
    case 'peer-left':
      return takeLeave(state, input.peerId, input.kicked);
    case 'refused':
      return takeRefusal(state, input);
    case 'messages-sent':
      return none(input.count < UPDATE_AFTER_MESSAGES ? state : { ...state, updateNow: true });
    case 'update-wanted':
      return none({ ...state, updateNow: true });
    case 'worked':
      return finishWork({ ...state, working: null }, state.working, input.result, input.now);
    case 'time':
      return none(state);
  }
}

function deadlines(state: SessionState, now: number): readonly number[] {
  const { phase, room } = state;
  const own: (number | null)[] = [];
  if (phase.name === 'member' || phase.name === 'committing') own.push(state.nameAgainAt);
  if (phase.name === 'welcome') own.push(phase.until);
  if (phase.name === 'rejoin') own.push(phase.at);
  if (phase.name === 'creating') own.push(phase.retry?.at ?? null);
  if (phase.name === 'init') own.push(state.deniedUntil);
  if (phase.name === 'committing') own.push(phase.resendAt);
  if (phase.name === 'stuck' && room !== null) {
    const rank = rankOf(state, phase, room, phase.author);
    own.push(phase.until, phase.condemnedAt && phase.condemnedAt + rank * RANK_MS);
  }
  if (phase.name === 'member' && room !== null) {
    own.push(updateDueAt(state, phase));
    const { wishSince } = phase;
    if (wishSince !== null) {
      const wish = wishOf(state, phase, room, now);
      own.push(
        wouldBeAlone(phase, wish)
          ? aloneDueAt(wish, wishSince)
          : wishDueAt(state, wish, wishSince, rankOf(state, phase, room)),
      );
    }
  }
  const ignored = [...state.ignored.values()];
  return [...own, ...epochDeadlines(state.epochs), ...ignored].filter((at) => at !== null);
}

/** What can be done now is done, in order; then the one timer is set to what comes next. */
export function step(before: SessionState, input: SessionInput): SessionStep {
  const { now } = input;
  const first = take(before, input);
  let { state } = first;
  const effects = [...first.effects];
  for (let next = nextRule(state, now); next !== null; next = nextRule(state, now)) {
    state = next.state;
    effects.push(...next.effects);
  }
  const settled = settleEpochs(state.epochs, now);
  effects.push(...settled.effects);
  state = { ...state, epochs: settled.epochs };
  const ahead = deadlines(state, now).filter((at) => at > now);
  const at = ahead.length === 0 ? null : Math.min(...ahead);
  // A timer that has called is none any more, also where it came too early.
  const running = input.type === 'time' ? null : state.timerAt;
  if (at !== running) effects.push({ type: 'set-timer', at });
  return { state: { ...state, timerAt: at }, effects };
}
