// For what has to be said to the record even if its store fails at first: somebody has left, or has
// lost their connection; and to a media node that cannot be told now (settle-media.ts). A room that is gone, or a session that is over, has been told already.
import type { FastifyBaseLogger } from 'fastify';
import { roomTag } from '../auth/room-ids.ts';
import type { Clock } from '../clock.ts';
import { hasCode, isTooLate } from '../errors.ts';
import type { RoomId } from '../protocol/index.ts';

export const RETRY_MS = 2_000;

/** Nothing that is tried again changes it: what it was about is over, or not this release's to say. */
const isFinal = (error: unknown): boolean => isTooLate(error) || hasCode(error, 'upgrade-required');

export interface PersistenceDeps {
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  /** Then nothing is tried. */
  readonly isStoreAway: () => boolean;
}

export interface Errand {
  readonly roomId: RoomId;
  /** The same thing said again: it takes the place of what is left to be said. */
  readonly about: string;
  /** Rejects when it has to be tried again. */
  readonly run: () => Promise<void>;
}

export interface Persistence {
  /** Resolves after the first attempt, whatever came of it; later ones run in the background. */
  see(errand: Errand): Promise<void>;
  /** Not at once: what is being tried in another way may make it needless. */
  seeLater(errand: Errand): void;
  /**
   * Errands that are left: at most one for each session that this node has had and that has not ended, and
   * one for each of its streams.
   */
  readonly size: number;
  close(): void;
}

export const createPersistence = ({ clock, log, isStoreAway }: PersistenceDeps): Persistence => {
  const left = new Map<string, Errand>();
  let cancel: (() => void) | null = null;
  let isClosed = false;

  const keyOf = ({ roomId, about }: Errand): string => `${roomId} ${about}`;

  const keep = (errand: Errand): void => {
    left.set(keyOf(errand), errand);
    cancel ??= clock.after(RETRY_MS, again);
  };

  const failed = (errand: Errand, error: unknown): void => {
    // One line for each errand; none for what the store's absence makes fail.
    const isSilent = left.has(keyOf(errand)) || hasCode(error, 'unavailable');
    const about = { room: roomTag(errand.roomId), err: error };
    if (!isSilent) log.error(about, 'the room could not be told; trying again');
    keep(errand);
  };

  const attempt = async (errand: Errand): Promise<void> => {
    const key = keyOf(errand);
    const replaced = left.get(key);
    // What has come meanwhile is about what is so now, and stays.
    const forget = (): void => {
      if (left.get(key) === replaced) left.delete(key);
    };
    try {
      await errand.run();
      forget();
    } catch (error) {
      if (isFinal(error)) forget();
      else if (!isClosed) failed(errand, error);
    }
  };

  const attemptAll = async (): Promise<void> => {
    if (!isStoreAway()) await Promise.all([...left.values()].map(attempt));
    cancel = left.size > 0 && !isClosed ? clock.after(RETRY_MS, again) : null;
  };

  const again = (): void => void attemptAll();

  return {
    see: attempt,
    seeLater: (errand) => {
      if (!isClosed) keep(errand);
    },
    get size() {
      return left.size;
    },
    close: () => {
      isClosed = true;
      cancel?.();
      left.clear();
    },
  };
};
