// The leases of processes that share one memory: of a single one, which is not dead as long as it can
// ask, or of several apps in one process that share a board.
import type { Clock } from '../clock.ts';
import { createListeners } from '../listeners.ts';
import { newNodeName } from '../random.ts';
import { LeaseJudge } from './lease-judge.ts';
import { BEAT_MS, LEASE_MS, type NodeLeases } from './node-leases.ts';
import type { NodeName } from './record.ts';

/** When each lease ends. Whoever shares it has one clock. */
export type LeaseBoard = Map<NodeName, number>;

export interface MemoryNodeLeasesDeps {
  readonly clock: Clock;
  readonly board: LeaseBoard;
}

const ALONE: NodeLeases['watch'] = () => () => undefined;

const alone = (): NodeLeases => {
  const self = newNodeName();
  return {
    self,
    isDead: () => false,
    living: () => [self],
    failingMs: () => 0,
    watch: ALONE,
    close: async () => undefined,
  };
};

/** Without a board there is nobody else. */
export const createMemoryNodeLeases = (deps?: MemoryNodeLeasesDeps): NodeLeases => {
  if (deps === undefined) return alone();
  const { clock, board } = deps;
  const self = newNodeName();
  const judge = new LeaseJudge();
  const beats = createListeners();

  let stopClock: (() => void) | null = null;
  const beat = (): void => {
    const nowMs = clock.now();
    const held = (board.get(self) ?? 0) > nowMs;
    board.set(self, nowMs + LEASE_MS);
    const all = [...board];
    judge.sent();
    judge.answered({
      nowMs,
      held,
      living: all.filter(([, endMs]) => endMs > nowMs).map(([name]) => name),
      ended: all.filter(([, endMs]) => endMs <= nowMs).map(([name]) => name),
    });
    stopClock = clock.after(BEAT_MS, beat);
    beats.tell();
  };
  beat();

  return {
    self,
    isDead: (node) => node !== self && judge.isDead(node),
    living: () => [...new Set([self, ...judge.living])],
    failingMs: () => 0,
    watch: (onBeat) => beats.add(onBeat),
    close: async () => {
      stopClock?.();
      beats.clear();
      judge.interrupted();
      if (board.has(self)) board.set(self, Math.min(board.get(self) ?? 0, clock.now()));
    },
  };
};
