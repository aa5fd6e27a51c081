// The epochs whose keys live, across the running group and the one before it: which of them a frame
// belongs to, which one the own frames are sealed in, and when each is wiped.
import type { FrameClock } from './frame-clock.ts';
import { COUNTER_LIMITS, type CounterLimits } from './frame-counter.ts';
import { EPOCH_SLOTS } from './frame-kid.ts';
import type { GroupPoint } from './group-id.ts';
import { type EpochKeys, LiveEpoch } from './live-epoch.ts';

/**
 * An epoch lives this long after the next one came. Raising it lets slower senders be heard and lets
 * whoever takes the keys of a device read further back.
 */
export const EPOCH_WIPE_MS = 10_000;
/** A sender that is further behind than this is moved to the newest epoch. */
export const MAX_SENDER_LAG = 8;

export interface KeyRingDeps {
  readonly clock: FrameClock;
  readonly limits?: CounterLimits;
}

export class KeyRing {
  readonly #clock: FrameClock;
  readonly #limits: CounterLimits;
  /** In the order of installing. */
  readonly #epochs = new Set<LiveEpoch>();
  readonly #timers = new Map<LiveEpoch, () => void>();
  /** For ever: what was installed once never starts again. One entry for each group of a call. */
  readonly #newestEpoch = new Map<string, number>();
  #installed = 0;
  #sending: LiveEpoch | undefined;
  #closed = false;

  constructor({ clock, limits = COUNTER_LIMITS }: KeyRingDeps) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** The epoch to seal in; undefined when nothing may be sent. */
  get sending(): LiveEpoch | undefined {
    return this.#sending;
  }

  /** False, and nothing changed, if this epoch of the group or a later one was installed before. */
  install(keys: EpochKeys): boolean {
    const known = this.#newestEpoch.get(keys.groupId);
    if (this.#closed || (known !== undefined && keys.epoch <= known)) return false;
    const epoch = new LiveEpoch(keys, this.#installed, this.#limits);
    this.#installed += 1;
    this.#newestEpoch.set(keys.groupId, keys.epoch);
    const formers = [...this.#epochs];
    this.#epochs.add(epoch);
    for (const former of formers) this.#supersede(former, epoch);
    this.#keepUp(epoch);
    return true;
  }

  /** From now on frames are sealed in this epoch; never back to an earlier one. */
  sendIn({ groupId, epoch }: GroupPoint): boolean {
    const wanted = [...this.#epochs].find(
      (each) => each.groupId === groupId && each.epoch === epoch,
    );
    if (wanted === undefined || !wanted.canSend) return false;
    if (this.#sending !== undefined && wanted.order < this.#sending.order) return false;
    this.#sending = wanted;
    return true;
  }

  /** At most one: `install` wipes whatever a new epoch could be mistaken for. */
  find(parity: number, slot: number): LiveEpoch | undefined {
    for (const epoch of this.#epochs) {
      if (epoch.parity === parity && epoch.slot === slot) return epoch;
    }
    return undefined;
  }

  /** Forgets all keys, for ever: after Leave, or after a kick. May be called twice. */
  close(): void {
    this.#closed = true;
    for (const epoch of this.#epochs) this.#wipe(epoch);
  }

  /** KIDs of `former` that `next` takes over end at once, the others after EPOCH_WIPE_MS. */
  #supersede(former: LiveEpoch, next: LiveEpoch): void {
    const isAmbiguous =
      former.groupId === next.groupId
        ? former.epoch <= next.epoch - EPOCH_SLOTS
        : former.parity === next.parity;
    if (isAmbiguous) this.#wipe(former);
    else if (!this.#timers.has(former)) {
      this.#timers.set(
        former,
        this.#clock.after(EPOCH_WIPE_MS, () => this.#wipe(former)),
      );
    }
  }

  #wipe(epoch: LiveEpoch): void {
    this.#timers.get(epoch)?.();
    this.#timers.delete(epoch);
    this.#epochs.delete(epoch);
    epoch.wipe();
    if (this.#sending === epoch) this.#sending = this.#newestAfter(epoch);
  }

  #keepUp(newest: LiveEpoch): void {
    const sending = this.#sending;
    if (sending === undefined) return;
    const behind =
      sending.groupId === newest.groupId
        ? newest.epoch - sending.epoch
        : newest.order - sending.order;
    if (behind > MAX_SENDER_LAG) this.#sending = this.#newestAfter(sending);
  }

  #newestAfter({ order }: LiveEpoch): LiveEpoch | undefined {
    return [...this.#epochs].findLast((each) => each.canSend && each.order > order);
  }
}
