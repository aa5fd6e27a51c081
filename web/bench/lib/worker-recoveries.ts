// What a call is without while nothing happens, while its worker is drained and while it is killed, on a
// media server of two workers.
import type { Browser } from 'puppeteer';
import type { Row } from '../../../bench/report.ts';
import { startInProcess } from '../../e2e/in-process-server.ts';
import { until } from '../../e2e/until.ts';
import { type Gaps, gapRows, startWatchedCall } from './watched-call.ts';

export const workerRecoveryRows = async (
  browser: Browser,
  runs: number,
): Promise<readonly Row[]> => {
  const server = await startInProcess({ workers: 2 });
  const { media } = server;
  const home = (): number => media.load().find(({ rooms }) => rooms > 0)?.worker ?? 0;

  const drain = async (): Promise<void> => {
    const worker = home();
    await media.drain({ worker });
    await until(
      'the call is at the other worker, and the first one is replaced',
      async () => ({ before: media.load()[worker], after: media.load()[1 - worker] }),
      ({ before, after }) =>
        after?.rooms === 1 && before?.rooms === 0 && before.alive && !before.draining,
    );
  };
  const kill = async (): Promise<void> => {
    const pid = media.workerPids()[home()] ?? 0;
    process.kill(pid, 'SIGKILL');
    await until(
      'another process is there, and the call at one of them',
      async () => ({ pids: media.workerPids(), load: media.load() }),
      ({ pids, load }) =>
        pids.length === 2 && !pids.includes(pid) && load.some(({ rooms }) => rooms > 0),
    );
  };

  const [steady, drained, killed]: [Gaps[], Gaps[], Gaps[]] = [[], [], []];
  try {
    const call = await startWatchedCall(browser, [server.url]);
    for (let run = 0; run < runs; run += 1) {
      steady.push(await call.during(() => Promise.resolve()));
      drained.push(await call.during(drain));
      killed.push(await call.during(kill));
    }
    await call.close();
  } finally {
    await server.close();
  }
  return [
    ...gapRows('nothing happens', steady),
    ...gapRows('a worker is drained', drained),
    ...gapRows('a worker is killed', killed),
  ];
};
