// A Chromium that runs on another host of the tests' network, as a program for puppeteer to start.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { findChromium } from './harness.ts';
import type { Host } from './namespace-network.ts';

/** The script's path. */
export const browserScript = (folder: string, host: Host): string => {
  const file = path.join(folder, `chromium-${host.name}`);
  const command = [...host.prefix, findChromium() ?? 'chromium'].join(' ');
  writeFileSync(file, `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  return file;
};
