// What every bench prints: one table for people, or with `--json` the same as JSON on one line.

export interface Row {
  readonly what: string;
  readonly unit: string;
  /** Each counted run, in its order. */
  readonly values: readonly number[];
  /** What the project aims at, in words; the bench judges nothing. */
  readonly aim?: string;
}

/** Linear between neighbours; NaN of nothing. `share`: 0 to 1. */
export const quantile = (values: readonly number[], share: number): number => {
  const inOrder = values.toSorted((one, other) => one - other);
  const at = share * (inOrder.length - 1);
  const low = inOrder[Math.floor(at)] ?? Number.NaN;
  const high = inOrder[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
};

const round = (value: number): number => Number(value.toPrecision(3));

const summaryOf = ({ what, unit, values, aim }: Row) => ({
  what,
  unit,
  runs: values.length,
  median: round(quantile(values, 0.5)),
  least: round(quantile(values, 0)),
  p95: round(quantile(values, 0.95)),
  most: round(quantile(values, 1)),
  aim: aim ?? '',
});

export const report = (name: string, rows: readonly Row[]): void => {
  const summaries = rows.map(summaryOf);
  if (process.argv.includes('--json'))
    console.log(JSON.stringify({ bench: name, rows: summaries }));
  else console.table(summaries);
};
