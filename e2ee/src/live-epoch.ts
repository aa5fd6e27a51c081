// One epoch while its keys live: the derived keys, the own counters and the replay windows, all by
// KID. They come with the epoch and go with it, so none of them can start twice for one key.
import type { WebCryptoKey } from './web-types.ts';
import { FrameError } from './errors.ts';
import { type CounterLimits, FrameCounter } from './frame-counter.ts';
import { epochSlotOf, MAX_LEAF } from './frame-kid.ts';
import { generationOf, type GroupPoint } from './group-id.ts';
import { deriveFrameKeysFrom, type FrameKeys } from './key-schedule.ts';
import { ReplayWindow } from './replay-window.ts';

/** Calls use suite 4, AES_128_GCM_SHA256_128. */
const CALL_SUITE = 4;

/** What the group hands over for one epoch. */
export interface EpochKeys extends GroupPoint {
  /** HKDF, not extractable: see importBaseKey. */
  readonly baseKey: WebCryptoKey;
  readonly ownLeaf: number;
  /** Who sits where in this epoch, by peer id. */
  readonly leaves: ReadonlyMap<string, number>;
  /** False after a lost frame worker, for epochs in which that one may have sealed. */
  readonly canSend: boolean;
}

export class LiveEpoch {
  readonly groupId: string;
  readonly epoch: number;
  readonly parity: number;
  readonly slot: number;
  readonly ownLeaf: number;
  readonly canSend: boolean;
  /** Rises with each installed epoch, across groups. */
  readonly order: number;
  readonly #leaves: ReadonlyMap<string, number>;
  readonly #limits: CounterLimits;
  readonly #keys = new Map<number, Promise<FrameKeys>>();
  readonly #counters = new Map<number, FrameCounter>();
  readonly #windows = new Map<number, ReplayWindow>();
  #baseKey: WebCryptoKey | undefined;

  constructor(keys: EpochKeys, order: number, limits: CounterLimits) {
    this.groupId = keys.groupId;
    this.epoch = keys.epoch;
    this.parity = generationOf(keys.groupId) & 1;
    this.slot = epochSlotOf(keys.epoch);
    this.ownLeaf = keys.ownLeaf;
    this.canSend = keys.canSend && keys.ownLeaf >= 0 && keys.ownLeaf <= MAX_LEAF;
    this.order = order;
    this.#leaves = keys.leaves;
    this.#limits = limits;
    this.#baseKey = keys.baseKey;
  }

  get isWiped(): boolean {
    return this.#baseKey === undefined;
  }

  leafOf(peerId: string): number | undefined {
    return this.#leaves.get(peerId);
  }

  counterOf(kid: number): FrameCounter {
    return getOrMake(this.#counters, kid, () => new FrameCounter(this.#limits));
  }

  windowOf(kid: number): ReplayWindow {
    return getOrMake(this.#windows, kid, () => new ReplayWindow());
  }

  /** Derived once and kept. Throws FrameError `unknown-epoch` once the epoch is wiped. */
  async keysOf(kid: number): Promise<FrameKeys> {
    const keys = await getOrMake(this.#keys, kid, () => this.#derive(kid));
    this.#requireLive();
    return keys;
  }

  /** May be called twice. What is being sealed or opened in this moment still finishes. */
  wipe(): void {
    this.#baseKey = undefined;
    for (const pending of this.#keys.values()) {
      pending.then(
        ({ salt }) => salt.fill(0),
        () => undefined,
      );
    }
    this.#keys.clear();
    this.#counters.clear();
    this.#windows.clear();
  }

  async #derive(kid: number): Promise<FrameKeys> {
    return deriveFrameKeysFrom(this.#requireLive(), BigInt(kid), CALL_SUITE);
  }

  #requireLive(): WebCryptoKey {
    if (this.#baseKey === undefined) throw new FrameError('unknown-epoch', 'the epoch is wiped');
    return this.#baseKey;
  }
}

const getOrMake = <Value>(map: Map<number, Value>, key: number, make: () => Value): Value => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};
