// Tells speech into a muted microphone from a cough or a door, by how often it is loud.

/** Of the meter (mic-level.ts): about -33 dBFS; speech is above, a room is far below. */
const LOUD = 0.45;
/** Levels come ten times a second: this many loud ones within the window are a few words. */
const LOUD_TIMES = 8;
const WINDOW_MS = 2500;
/** Who knows that they are muted and talks to somebody beside them is told seldom. */
const AGAIN_AFTER_MS = 60_000;

export interface MutedSpeech {
  /** True when the person should be told now. `atMs`: of any clock that only goes forward. */
  readonly hear: (level: number, atMs: number) => boolean;
  /** What was heard so far was not said into a muted microphone. */
  readonly forget: () => void;
}

export const createMutedSpeech = (): MutedSpeech => {
  let loudAt: readonly number[] = [];
  let toldAt = -Infinity;
  return {
    hear: (level, atMs) => {
      if (level < LOUD) return false;
      loudAt = [...loudAt, atMs].filter((at) => at > atMs - WINDOW_MS);
      if (loudAt.length < LOUD_TIMES || atMs - toldAt < AGAIN_AFTER_MS) return false;
      toldAt = atMs;
      return true;
    },
    forget: () => {
      loudAt = [];
    },
  };
};
