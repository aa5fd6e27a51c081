// How long a call is without pictures when its network fails, between hosts of their own.
import { setTimeout as pause } from 'node:timers/promises';
import type { Row } from '../../../bench/report.ts';
import { findCoturn } from '../../e2e/coturn.ts';
import { longestGap } from '../../e2e/gaps.ts';
import { frameMoments } from '../../e2e/in-page-frames.ts';
import { type NamespaceCall, PORTS, startNamespaceCall } from '../../e2e/namespace-call.ts';
import { whyNoNetwork } from '../../e2e/namespace-network.ts';

const RUNS = 2;
const DOWN_MS = 5_000;
const SOCKET_GONE_MS = 10_000;

/** Null when it can be measured here. */
export const whyNoRecoveries = (): string | null =>
  whyNoNetwork() ?? (findCoturn() === undefined ? 'no coturn' : null);

/** Does it, and gives the longest gap in Bob's picture of Ann from then on. */
const gapOf = async (call: NamespaceCall, act: () => Promise<void> | void): Promise<number> => {
  const { ann, bob } = call;
  const tile = bob.person.tile(await ann.person.peerId());
  const from = Date.now();
  await act();
  await call.seeAndHear();
  const moments = await bob.person.page.evaluate(frameMoments, tile);
  return longestGap(moments, { from, to: Math.max(...moments) });
};

const TROUBLES: Readonly<Record<string, (call: NamespaceCall) => Promise<void> | void>> = {
  'another address': ({ ann }) => ann.host.cable.readdress(),
  'UDP blocked in mid-call': ({ network }) => network.filter('meta l4proto udp drop'),
  [`interface down for ${DOWN_MS / 1_000} s`]: async ({ ann }) => {
    ann.host.cable.pull();
    await pause(DOWN_MS);
    ann.host.cable.plugIn();
  },
  [`signaling gone for ${SOCKET_GONE_MS / 1_000} s`]: async ({ network }) => {
    network.filter(`tcp dport ${PORTS.https} drop`);
    await pause(SOCKET_GONE_MS);
    network.filter();
  },
};

export const recoveryRows = async (): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (const callMode of ['auto', 'sfu-only'] as const) {
    const way = callMode === 'auto' ? 'peer to peer' : 'media node';
    for (const [what, act] of Object.entries(TROUBLES)) {
      const values: number[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        const call = await startNamespaceCall(callMode);
        try {
          await call.meet();
          values.push(await gapOf(call, () => act(call)));
        } finally {
          await call.close();
        }
      }
      rows.push({ what: `${what}, ${way}: longest gap`, unit: 'ms', values });
    }
  }
  return rows;
};
