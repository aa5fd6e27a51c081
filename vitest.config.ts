// Four kinds of test: beside the code; over real sockets and workers; in real browsers; and long ones.
import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], timeoutMs: number, parallel: boolean) => ({
  test: {
    name,
    include,
    environment: 'node',
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    fileParallelism: parallel,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['*/src/**/*.test.ts'], 20_000, true),
      project('scenario', ['*/test/**/*.test.ts'], 120_000, false),
      project('e2e', ['web/{e2e,gallery}/**/*.test.{ts,mjs}'], 240_000, false),
      project('long', ['*/{test,e2e}/**/*.long.ts'], 1_800_000, false),
    ],
  },
});
