// What a browser loads of a built page, compressed.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Row } from '../../../bench/report.ts';

export const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

type Compress = (content: Buffer) => Buffer;

interface Weight {
  readonly file: string;
  readonly kilobytes: number;
}

const weigh = (folder: string, pattern: string, compress: Compress): readonly Weight[] =>
  globSync(pattern, { cwd: folder }).map((file) => ({
    file,
    kilobytes: compress(readFileSync(path.join(folder, file))).length / 1000,
  }));

const sum = (weights: readonly Weight[]): number =>
  weights.reduce((total, { kilobytes }) => total + kilobytes, 0);

const WORKERS = 'assets/*-worker-*.js';
const isWorker = ({ file }: Weight): boolean => path.matchesGlob(file, WORKERS);

const all = (folder: string, compress: Compress = gzipSync): readonly Weight[] =>
  weigh(folder, '{index.html,assets/*.{js,css}}', compress);

const row = (what: string, kilobytes: number, aim?: string): Row => ({
  what,
  unit: 'kB',
  values: [kilobytes],
  ...(aim === undefined ? {} : { aim }),
});

export const weightRows = (folder: string = DIST): readonly Row[] => {
  const files = all(folder);
  const workers = files.filter(isWorker);
  return [
    ...files.map(({ file, kilobytes }) => row(`page weight: ${file}`, kilobytes)),
    row('page weight without workers, gzip', sum(files) - sum(workers), 'below 150'),
    row('page weight of workers, gzip', sum(workers), 'below 70'),
    row('page weight in all, brotli', sum(all(folder, brotliCompressSync))),
  ];
};

/** `plaintext`: where the page without encryption was built; its workers are never loaded. */
export const addedWeightRows = (plaintext: string): readonly Row[] => {
  const without = sum(all(plaintext).filter((weight) => !isWorker(weight)));
  const files = all(DIST);
  const workers = files.filter(isWorker);
  return [
    row('page weight added by encryption: page, gzip', sum(files) - sum(workers) - without),
    row('page weight added by encryption: workers, gzip', sum(workers)),
  ];
};
