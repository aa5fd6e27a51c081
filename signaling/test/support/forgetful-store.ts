// A store whose answers are lost: it does what it is asked for, and then says that it did not or nothing
// at all, as one whose connection breaks.
import { AppError } from '../../src/errors.ts';
import type { RoomStore } from '../../src/rooms/room-store.ts';

/**
 * `throws` and `denies` do what was asked; `refuses` does not, and throws; `late` does it when `between` is
 * over, and says so.
 */
export type Answer = 'throws' | 'denies' | 'refuses' | 'late';

export interface ForgetfulStore extends RoomStore {
  /** Of the next call. `between` runs when it is done, before its answer is lost, but see `late`. */
  lose(call: 'append' | 'delete', answer: Answer, between?: () => Promise<unknown>): void;
  /** Reads up to now. */
  reads(): number;
}

export const forgetfulStore = (store: RoomStore): ForgetfulStore => {
  let next: { call: string; answer: Answer; between: () => Promise<unknown> } | null = null;
  let reads = 0;
  const through = async (call: string, act: () => Promise<boolean>): Promise<boolean> => {
    if (next?.call !== call) return act();
    const { answer, between } = next;
    next = null;
    if (answer === 'late') {
      await between();
      return act();
    }
    if (answer !== 'refuses') await act();
    await between();
    if (answer === 'denies') return false;
    throw new AppError('unavailable', 'the answer was lost');
  };
  return {
    ...store,
    append: (roomId, append) => through('append', () => store.append(roomId, append)),
    delete: (roomId, expected) => through('delete', () => store.delete(roomId, expected)),
    read: (roomId, after) => {
      reads += 1;
      return store.read(roomId, after);
    },
    lose: (call, answer, between = async () => undefined) => {
      next = { call, answer, between };
    },
    reads: () => reads,
  };
};
