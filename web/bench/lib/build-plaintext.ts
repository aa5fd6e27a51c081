// Builds the page without its encryption, into a folder of its own, for benches and tests alone.
import type { Plugin } from 'esbuild';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../../build.mjs';

const STAND_IN = fileURLToPath(new URL('plaintext-encryption.ts', import.meta.url));

const withoutEncryption: Plugin = {
  name: 'without-encryption',
  setup: (builder) => {
    builder.onResolve({ filter: /\/encryption\.ts$/ }, () => ({ path: STAND_IN }));
  },
};

export interface PlaintextPage {
  readonly webRoot: string;
  remove(): Promise<void>;
}

export const buildPlaintextPage = async (): Promise<PlaintextPage> => {
  const webRoot = await mkdtemp(path.join(tmpdir(), 'sotto-plaintext-'));
  await build({ outdir: webRoot, plugins: [withoutEncryption] });
  return { webRoot, remove: () => rm(webRoot, { recursive: true, force: true }) };
};
