// What a call is without while its media node is drained, killed and halted, where there is another node:
// two signaling nodes and Redis, all as processes of one machine.
import type { Browser } from 'puppeteer';
import type { Row } from '../../../bench/report.ts';
import {
  type MediaName,
  type MediaNodesScene,
  otherThan,
  startMediaNodes,
} from '../../e2e/media-nodes-scene.ts';
import { until } from '../../e2e/until.ts';
import { type Gaps, gapRows, startWatchedCall, type WatchedCall } from './watched-call.ts';

interface Trouble {
  readonly what: string;
  readonly begin: (scene: MediaNodesScene, node: MediaName) => unknown;
  /** The node is as it was, and holds nothing. */
  readonly end: (scene: MediaNodesScene, node: MediaName) => Promise<unknown>;
}

const restart: Trouble['end'] = (scene, node) => scene.restart(node);

const wake: Trouble['end'] = async (scene, node) => {
  scene.process(node).signalAll('SIGCONT');
  await until(
    'it is found again, and holds no room',
    async () => ({ found: scene.foundBy(node), rooms: await scene.roomsAt(node) }),
    ({ found, rooms }) => found.every(Boolean) && rooms === 0,
  );
};

const TROUBLES: readonly Trouble[] = [
  {
    what: 'a media node is drained (SIGTERM)',
    begin: (scene, node) => scene.process(node).end('SIGTERM'),
    end: restart,
  },
  {
    what: 'a media node is killed (SIGKILL)',
    begin: (scene, node) => scene.process(node).signalAll('SIGKILL'),
    end: restart,
  },
  {
    what: 'a media node is halted (SIGSTOP)',
    begin: (scene, node) => scene.process(node).signalAll('SIGSTOP'),
    end: wake,
  },
];

const gapsOf = async (
  { begin, end }: Trouble,
  scene: MediaNodesScene,
  call: WatchedCall,
): Promise<Gaps> => {
  const node = await scene.homeOf(call.link);
  const gaps = await call.during(async () => {
    await begin(scene, node);
    await until(
      'the call is at the other node, and has left where it was',
      () => scene.record(call.link),
      ({ home, leaving }) =>
        leaving === null && home?.nodeId.startsWith(`${otherThan(node)}.`) === true,
    );
  });
  await end(scene, node);
  return gaps;
};

export const nodeRecoveryRows = async (browser: Browser, runs: number): Promise<readonly Row[]> => {
  const scene = await startMediaNodes();
  const rows: Row[] = [];
  try {
    const call = await startWatchedCall(browser, scene.urls);
    for (const trouble of TROUBLES) {
      const gaps: Gaps[] = [];
      for (let run = 0; run < runs; run += 1) gaps.push(await gapsOf(trouble, scene, call));
      rows.push(...gapRows(trouble.what, gaps));
    }
    await call.close();
  } finally {
    await scene.close();
  }
  return rows;
};
