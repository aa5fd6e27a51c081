// Of build.mjs, what is used from TypeScript.
import type { Plugin } from 'esbuild';

export const build: (options?: {
  readonly watch?: boolean;
  readonly outdir?: string;
  readonly plugins?: readonly Plugin[];
}) => Promise<unknown>;
