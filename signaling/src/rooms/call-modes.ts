// Rooms in which something has to happen later: a call of two that may go direct again, and a room that
// waits for its media node. Derived from the record alone, as absences.ts, so that every node that serves
// the room watches; the first to act wins, and what the others do changes nothing (PROTOCOL C8, M1).
import type { Clock } from '../clock.ts';
import type { RoomId } from '../protocol/index.ts';
import { lacksHome, mayGoDirect } from './mode-rules.ts';
import type { RoomRecord } from './record.ts';

/** Longer: two people use the server for longer. Shorter: it moves for whoever loads the page anew. */
export const BACK_TO_PEER_TO_PEER_MS = 15_000;

/** When the record could not be told that a call may go direct. */
const BACK_AGAIN_MS = 2_000;

/** Longer: a room waits longer when the node that should have placed it did not, or no worker was up. */
export const PLACE_RETRY_MS = 500;

export interface CallModesDeps {
  readonly clock: Clock;
  /** Then nobody is asked for anything: it could not be said. */
  readonly isStoreAway: () => boolean;
  /** Rejects when it is to be asked again. */
  readonly onMayGoDirect: (roomId: RoomId) => Promise<void>;
  /** Asked again for as long as the room lacks a home, never while it is being answered. */
  readonly onLacksHome: (roomId: RoomId) => Promise<void>;
  /** Why a room has no home yet; once for as long as it lacks one. */
  readonly onHomeAwaited: (roomId: RoomId, why: unknown) => void;
  /** After `onHomeAwaited`: the room has a home, or needs none. */
  readonly onHomeAwaitedNoMore: (roomId: RoomId) => void;
}

interface Waiting {
  cancel: () => void;
}

interface Homeless extends Waiting {
  isTold: boolean;
}

export class CallModes {
  readonly #deps: CallModesDeps;
  readonly #back = new Map<RoomId, Waiting>();
  readonly #homeless = new Map<RoomId, Homeless>();

  constructor(deps: CallModesDeps) {
    this.#deps = deps;
  }

  /** Starts what is missing and stops what is over; null when the record is gone, or served no more. */
  observe(roomId: RoomId, record: RoomRecord | null): void {
    if (record === null || !mayGoDirect(record)) this.#stay(roomId);
    else if (!this.#back.has(roomId)) this.#awaitDirect(roomId);
    if (record === null || !lacksHome(record)) this.#settle(roomId);
    else if (!this.#homeless.has(roomId)) this.#awaitHome(roomId);
  }

  close(): void {
    for (const { cancel } of [...this.#back.values(), ...this.#homeless.values()]) cancel();
    this.#back.clear();
    this.#homeless.clear();
  }

  #stay(roomId: RoomId): void {
    this.#back.get(roomId)?.cancel();
    this.#back.delete(roomId);
  }

  #settle(roomId: RoomId): void {
    const homeless = this.#homeless.get(roomId);
    this.#homeless.delete(roomId);
    homeless?.cancel();
    if (homeless?.isTold === true) this.#deps.onHomeAwaitedNoMore(roomId);
  }

  #awaitDirect(roomId: RoomId): void {
    const { clock, isStoreAway, onMayGoDirect } = this.#deps;
    const waiting: Waiting = { cancel: () => undefined };
    const later = (ms: number): void => {
      waiting.cancel = clock.after(ms, () => {
        const again = (): void => {
          if (this.#back.get(roomId) === waiting) later(BACK_AGAIN_MS);
        };
        if (isStoreAway()) again();
        else onMayGoDirect(roomId).catch(again);
      });
    };
    later(BACK_TO_PEER_TO_PEER_MS);
    this.#back.set(roomId, waiting);
  }

  #awaitHome(roomId: RoomId): void {
    const { clock, isStoreAway, onLacksHome } = this.#deps;
    const homeless: Homeless = { cancel: () => undefined, isTold: false };
    const ask = async (): Promise<void> => {
      try {
        if (!isStoreAway()) await onLacksHome(roomId);
      } catch (error) {
        this.#tell(roomId, homeless, error);
      }
      if (this.#homeless.get(roomId) === homeless) later();
    };
    const later = (): void => {
      homeless.cancel = clock.after(PLACE_RETRY_MS, () => void ask());
    };
    later();
    this.#homeless.set(roomId, homeless);
  }

  #tell(roomId: RoomId, homeless: Homeless, why: unknown): void {
    // What the store's absence does is told for all rooms together.
    if (homeless.isTold || this.#deps.isStoreAway()) return;
    if (this.#homeless.get(roomId) !== homeless) return;
    homeless.isTold = true;
    this.#deps.onHomeAwaited(roomId, why);
  }
}
