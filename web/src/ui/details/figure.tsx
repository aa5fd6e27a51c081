// One measured figure, or a dash that a reader hears as “not known”.
import { detailsWords } from '../words-details.ts';

interface FigureProps<Value> {
  readonly value: Value | null;
  readonly wordsOf: (value: Value) => string;
}

export const Figure = <Value,>({ value, wordsOf }: FigureProps<Value>) =>
  value === null ? (
    <>
      <span aria-hidden="true">–</span>
      <span class="sr-only">{detailsWords.unknown}</span>
    </>
  ) : (
    // Left to right also among words that are not: a figure stays before its unit.
    <bdi>{wordsOf(value)}</bdi>
  );
