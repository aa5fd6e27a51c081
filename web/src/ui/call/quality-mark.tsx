// How well somebody's connection does, while it does not do well: bars that are missing, and words.
import type { Quality } from '../../call/stats/call-details.ts';
import { QualityBars } from './quality-bars.tsx';
import { TileMark } from './tile-mark.tsx';

interface QualityMarkProps {
  readonly quality: Quality | null;
  readonly wordsOf: (quality: Exclude<Quality, 'good'>) => string;
}

export const QualityMark = ({ quality, wordsOf }: QualityMarkProps) => {
  if (quality === null || quality === 'good') return null;
  return (
    <TileMark what={wordsOf(quality)} testId="quality-mark">
      <QualityBars quality={quality} />
    </TileMark>
  );
};
