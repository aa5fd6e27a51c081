// Where the media worker is, for servers that tests start.
import { globSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** `npm test` names it; when vitest is run by itself, the one that `npm test` has built is found. */
export const workerBin = (): string | undefined =>
  process.env['MEDIASOUP_WORKER_BIN'] ??
  globSync(path.join(homedir(), '.cache/sotto/mediasoup-worker*')).find(
    (file) => path.extname(file) === '' || file.includes('mediasoup-worker-'),
  );
