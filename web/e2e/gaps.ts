// The longest time without anything new, of moments in milliseconds.

export interface Span {
  readonly from: number;
  readonly to: number;
}

export const longestGap = (moments: readonly number[], { from, to }: Span): number => {
  const inside = moments.filter((moment) => moment > from && moment <= to);
  const points = [from, ...inside, to];
  return Math.max(...points.slice(1).map((point, index) => point - (points[index] ?? point)));
};
