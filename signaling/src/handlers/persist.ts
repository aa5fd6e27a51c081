// For what has to be said to the record even if its store fails at first: somebody has left, or has
// lost their connection. A room that is gone, or a session that is over, has been told already.
import type { FastifyBaseLogger } from 'fastify';
import { roomTag } from '../auth/room-ids.ts';
import type { Clock } from '../clock.ts';
import { hasCode, isTooLate } from '../errors.ts';
import type { RoomId } from '../protocol/index.ts';

export const RETRY_MS = 2_000;
/** Some minutes, less what an absent store takes; by then the record's own time to live is over. */
const ATTEMPTS = 100;

export interface PersistenceDeps {
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  /** Then nothing is tried, and no attempt is counted. */
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
  /** Errands that are left. */
  readonly size: number;
  close(): void;
}

export const createPersistence = ({ clock, log, isStoreAway }: PersistenceDeps): Persistence => {
  const left = new Map<string, { readonly errand: Errand; readonly attempts: number }>();
  let cancel: (() => void) | null = null;
  let isClosed = false;

  const keyOf = ({ roomId, about }: Errand): string => `${roomId} ${about}`;

  const keep = (errand: Errand, attempts: number): void => {
    left.set(keyOf(errand), { errand, attempts });
    cancel ??= clock.after(RETRY_MS, again);
  };

  const failed = (errand: Errand, error: unknown): void => {
    const known = left.get(keyOf(errand));
    const attempts = (known?.attempts ?? 0) + 1;
    const about = { room: roomTag(errand.roomId), err: error };
    // One line for each errand; none for what the store's absence makes fail.
    const isSilent = known !== undefined || hasCode(error, 'unavailable');
    if (!isSilent) log.error(about, 'the room could not be told; trying again');
    if (attempts >= ATTEMPTS) {
      left.delete(keyOf(errand));
      log.error(about, 'the room could not be told');
    } else {
      keep(errand, attempts);
    }
  };

  const attempt = async (errand: Errand): Promise<void> => {
    try {
      await errand.run();
      left.delete(keyOf(errand));
    } catch (error) {
      if (isTooLate(error)) left.delete(keyOf(errand));
      else if (!isClosed) failed(errand, error);
    }
  };

  const attemptAll = async (): Promise<void> => {
    if (!isStoreAway()) await Promise.all([...left.values()].map(({ errand }) => attempt(errand)));
    cancel = left.size > 0 && !isClosed ? clock.after(RETRY_MS, again) : null;
  };

  const again = (): void => void attemptAll();

  return {
    see: attempt,
    seeLater: (errand) => {
      if (!isClosed) keep(errand, 0);
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
