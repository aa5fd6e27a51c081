// Who commits what, and when (SPEC G26, G27, G33): from the record's roster and the group's, which all
// members share, so that all come to the same committer without a word.
import type { KeyPackageFact, Place, RoomView, SessionState } from './group-session-types.ts';

const BATCH_MS = 150;
const BATCH_SPREAD_MS = 100;
export const BURST_MS = 10_000;
const BURST_COMMITS = 6;
const BURST_BATCH_MS = 800;
/** The next in rank waits this long for the one before: above a commit's trip, below a person's patience. */
export const RANK_MS = 750;
/** A whole room that goes at once is told of one after the other; raising it leaves old keys in use. */
const ALONE_MS = 300;
const UPDATE_MS = 30 * 60_000;
const UPDATE_QUIET_MS = 60_000;
/** At so many messages in one epoch a sender commits an update (SPEC G21). */
export const UPDATE_AFTER_MESSAGES = 150;

export type Wish = {
  readonly adds: readonly KeyPackageFact[];
  readonly removes: readonly string[];
};

/** Key packages worth adding: of people here, not of garbage's authors, not refused before. */
export function usablePackages(state: SessionState, room: RoomView, now: number): KeyPackageFact[] {
  return room.keyPackages.filter(
    ({ peerId, messageId }) =>
      peerId !== state.self &&
      room.peers.get(peerId) === true &&
      !state.refused.has(messageId) &&
      now >= (state.ignored.get(peerId) ?? Number.NEGATIVE_INFINITY),
  );
}

/** Members that can commit: connected, and not asking to come in again. In order of their leaves. */
function committers(place: Place, room: RoomView): readonly string[] {
  const asking = new Set(room.keyPackages.map(({ peerId }) => peerId));
  return place.roster
    .map(({ peerId }) => peerId)
    .filter((peerId) => room.peers.get(peerId) === true && !asking.has(peerId));
}

/** 0 for the lowest connected leaf. `except`: the author of what went wrong. */
export function rankOf(state: SessionState, place: Place, room: RoomView, except?: string): number {
  const order = committers(place, room).filter((peerId) => peerId !== except);
  const rank = order.indexOf(state.self);
  return rank === -1 ? order.length : rank;
}

export function wishOf(state: SessionState, place: Place, room: RoomView, now: number): Wish {
  const removes = place.roster
    .map(({ peerId }) => peerId)
    .filter((peerId) => peerId !== state.self && !room.peers.has(peerId));
  return { adds: usablePackages(state, room, now), removes };
}

export const isEmpty = ({ adds, removes }: Wish): boolean =>
  adds.length === 0 && removes.length === 0;

/** Whether carrying out the leaves alone would leave oneself alone (SPEC G9, G34). */
export const wouldBeAlone = (place: Place, { removes }: Wish): boolean =>
  place.roster.length > 1 && place.roster.length - removes.length === 1;

/** When who is left alone begins a group of its own: the leaver has the keys of the one that there is. */
export const aloneDueAt = ({ adds }: Wish, since: number): number =>
  adds.length > 0 ? since : since + ALONE_MS;

/** The server takes 12 epochs in 10 s: from half of that on, newcomers are let in together. */
function batchMs({ commitTimes, jitter }: SessionState, { removes }: Wish, since: number): number {
  const recent = commitTimes.filter((at) => at > since - BURST_MS).length;
  if (recent >= BURST_COMMITS && removes.length === 0) return BURST_BATCH_MS;
  return BATCH_MS + jitter * BATCH_SPREAD_MS;
}

export const wishDueAt = (state: SessionState, wish: Wish, since: number, rank: number): number =>
  since + batchMs(state, wish, since) + rank * RANK_MS;

/** When one's own leaf should get a new path; null in a group of one, which has none. */
export function updateDueAt(state: SessionState, place: Place): number | null {
  const size = place.roster.length;
  if (size < 2) return null;
  if (state.updateNow) return state.lastPathAt;
  const interval = UPDATE_MS * Math.max(1, size / 10) * (0.75 + 0.5 * state.jitter);
  return Math.max(
    state.lastPathAt + interval,
    (state.commitTimes.at(-1) ?? Number.NEGATIVE_INFINITY) + UPDATE_QUIET_MS,
  );
}
