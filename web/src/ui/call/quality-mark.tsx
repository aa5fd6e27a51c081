// How well somebody's connection does, while it does not do well: bars that are missing, and words.
import type { Quality } from '../../call/stats/call-details.ts';
import { TileMark } from './tile-mark.tsx';

interface QualityMarkProps {
  readonly quality: Quality | null;
  readonly wordsOf: (quality: Exclude<Quality, 'good'>) => string;
}

export const QualityMark = ({ quality, wordsOf }: QualityMarkProps) => {
  if (quality === null || quality === 'good') return null;
  return (
    <TileMark
      icon={quality === 'fair' ? 'signal-medium' : 'signal-low'}
      behind="signal"
      what={wordsOf(quality)}
      testId="quality-mark"
    />
  );
};
