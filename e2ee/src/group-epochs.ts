// Which epochs are installed, which one is sent under, and when old ones go (SPEC G31, G32). Pure; the
// session asks it after everything that happens.
import { type GroupPoint, samePoint } from './group-id.ts';

/** Lowering it sends sooner to who may not have the keys; raising it lets the newcomer wait. */
export const SWITCH_AFTER_MS = 1000;
export const WIPE_AFTER_MS = 10_000;
const EPOCHS_KEPT = 16;
/** KIDs carry four bits of the epoch: a sender further behind could be taken for one ahead. */
const MAX_BEHIND = 8;

export type Installed = {
  readonly group: GroupPoint;
  readonly at: number;
  /** When the next one was installed. */
  readonly supersededAt: number | null;
};

/** `installed` is in order; the last is the newest. */
export type EpochsState = {
  readonly installed: readonly Installed[];
  readonly sending: GroupPoint | null;
};

export type EpochsEffect =
  | { readonly type: 'switch'; readonly group: GroupPoint }
  | { readonly type: 'wipe'; readonly group: GroupPoint };

export type EpochsStep = {
  readonly epochs: EpochsState;
  readonly effects: readonly EpochsEffect[];
};

export const NO_EPOCHS: EpochsState = { installed: [], sending: null };

const newestOf = ({ installed }: EpochsState): GroupPoint | null => installed.at(-1)?.group ?? null;

function switchTo(epochs: EpochsState, group: GroupPoint | null): EpochsStep {
  if (group === null || samePoint(group, epochs.sending)) return { epochs, effects: [] };
  return { epochs: { ...epochs, sending: group }, effects: [{ type: 'switch', group }] };
}

/** `atOnce`: somebody left, so nobody waits. */
export function install(
  epochs: EpochsState,
  group: GroupPoint,
  atOnce: boolean,
  now: number,
): EpochsStep {
  const superseded = epochs.installed.map((entry) =>
    entry.supersededAt === null ? { ...entry, supersededAt: now } : entry,
  );
  const installed = [...superseded, { group, at: now, supersededAt: null }];
  const { sending } = epochs;
  const elsewhere = sending?.groupId !== group.groupId;
  const farBehind = sending !== null && group.epoch - sending.epoch > MAX_BEHIND;
  const next = { ...epochs, installed };
  return elsewhere || atOnce || farBehind ? switchTo(next, group) : { epochs: next, effects: [] };
}

/** Everybody has this epoch's keys. */
export function ready(epochs: EpochsState, group: GroupPoint): EpochsStep {
  const { sending, installed } = epochs;
  const known = installed.some((entry) => samePoint(entry.group, group));
  const later = sending?.groupId === group.groupId && group.epoch > sending.epoch;
  return known && later ? switchTo(epochs, group) : { epochs, effects: [] };
}

/** The oldest epoch that one has and does not send under yet: when that has waited long enough. */
function switchDeadline({ installed, sending }: EpochsState): number | null {
  const waiting = installed.find(
    ({ group }) => group.groupId === sending?.groupId && group.epoch > sending.epoch,
  );
  return waiting === undefined ? null : waiting.at + SWITCH_AFTER_MS;
}

const wipeDeadline = ({ supersededAt }: Installed): number | null =>
  supersededAt === null ? null : supersededAt + WIPE_AFTER_MS;

export function settleEpochs(before: EpochsState, now: number): EpochsStep {
  const switchAt = switchDeadline(before);
  const due = switchAt !== null && now >= switchAt;
  const { epochs, effects } = due
    ? switchTo(before, newestOf(before))
    : { epochs: before, effects: [] };
  const newest = newestOf(epochs);
  const isOld = (entry: Installed): boolean => {
    if (samePoint(entry.group, epochs.sending)) return false;
    const { groupId, epoch } = entry.group;
    if (groupId === newest?.groupId && epoch + EPOCHS_KEPT <= newest.epoch) return true;
    const wipeAt = wipeDeadline(entry);
    return wipeAt !== null && now >= wipeAt;
  };
  const old = epochs.installed.filter(isOld);
  if (old.length === 0) return { epochs, effects };
  return {
    epochs: { ...epochs, installed: epochs.installed.filter((entry) => !isOld(entry)) },
    effects: [...effects, ...old.map(({ group }) => ({ type: 'wipe' as const, group }))],
  };
}

export function epochDeadlines(epochs: EpochsState): readonly number[] {
  const wipes = epochs.installed
    .filter(({ group }) => !samePoint(group, epochs.sending))
    .map((entry) => wipeDeadline(entry));
  return [switchDeadline(epochs), ...wipes].filter((at) => at !== null);
}
