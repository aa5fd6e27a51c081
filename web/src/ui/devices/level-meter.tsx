// How loud the own microphone is right now; it moves, so one sees that one is heard.
import type { ReadonlySignal } from '@preact/signals';
import { deviceWords } from '../words-devices.ts';

interface LevelMeterProps {
  /** 0 to 1. */
  readonly level: ReadonlySignal<number>;
  readonly live: boolean;
}

/** Speech lies low on a straight scale: the root lifts it to where it can be seen. */
const shown = (level: number): number => Math.sqrt(Math.min(1, Math.max(0, level)));

export const LevelMeter = ({ level, live }: LevelMeterProps) => {
  const share = live ? shown(level.value) : 0;
  return (
    <div
      class="level"
      role="meter"
      aria-label={deviceWords.level}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
    >
      <div class="level-fill" style={{ clipPath: `inset(0 ${(1 - share) * 100}% 0 0)` }} />
    </div>
  );
};
