// For what has to be said to the record even if its store fails at first: somebody has left, or has
// lost their connection. A room that is gone, or a session that is over, has been told already.
import { roomTag } from '../auth/room-ids.ts';
import { AppError } from '../errors.ts';
import type { RoomId } from '../protocol/index.ts';
import type { HandlerDeps } from './context.ts';

const RETRY_MS = 2_000;
/** Some minutes; by then the record's own time to live is over. */
const ATTEMPTS = 100;

const isOver = (error: unknown): boolean =>
  error instanceof AppError && ['not-joined', 'room-reset', 'draining'].includes(error.code);

/** Resolves after the first attempt, whatever came of it; later ones run in the background. */
export const persist = async (
  { clock, log }: Pick<HandlerDeps, 'clock' | 'log'>,
  roomId: RoomId,
  task: () => Promise<void>,
  attempts = ATTEMPTS,
): Promise<void> => {
  try {
    await task();
  } catch (error) {
    if (isOver(error)) return;
    log.error({ room: roomTag(roomId), err: error }, 'the room could not be told; trying again');
    if (attempts > 1) {
      clock.after(RETRY_MS, () => void persist({ clock, log }, roomId, task, attempts - 1));
    }
  }
};
