// Prometheus' text format as a test reads it, and the tables of METRICS.md.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

export interface Family {
  readonly name: string;
  readonly type: string;
  /** Names of labels, in order, without a histogram's own. */
  readonly labels: readonly string[];
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Scrape {
  readonly text: string;
  readonly families: readonly Family[];
  readonly samples: readonly Sample[];
}

const labelsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );

const samplesOf = (text: string): Sample[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] =
        /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? expect.fail(`not a sample: ${line}`);
      return { name, labels: labelsOf(labels), value: Number(value) };
    });

const familiesOf = (text: string, samples: readonly Sample[]): Family[] =>
  [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => {
    const own = samples.filter((sample) =>
      type === 'histogram' ? sample.name === `${name}_count` : sample.name === name,
    );
    return {
      name,
      type,
      labels: [...new Set(own.flatMap(({ labels }) => Object.keys(labels)))].sort(),
    };
  });

export const scrape = async (url: string): Promise<Scrape> => {
  const text = await (await fetch(url)).text();
  const samples = samplesOf(text);
  return { text, samples, families: familiesOf(text, samples) };
};

/** Undefined when nobody has told of it yet. */
export const valueOf = (
  { samples }: Scrape,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined =>
  samples.find(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )?.value;

/** In order of their names. */
export const documentedMetrics = (): Family[] =>
  readFileSync(new URL('../../METRICS.md', import.meta.url), 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, name]) => name?.startsWith('`sotto_') === true)
    .map(([, name = '', type = '', labels = '']) => ({
      name: name.replaceAll('`', ''),
      type,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label).sort(),
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
