// Leases in memory under the contract of all leases.
import { createMemoryNodeLeases, type LeaseBoard } from '../src/rooms/memory-node-leases.ts';
import { describeNodeLeases } from './contracts/node-leases.ts';
import { ManualClock } from './support/manual-clock.ts';
import type { Clock } from '../src/clock.ts';
import type { NodeLeases } from '../src/rooms/node-leases.ts';

describeNodeLeases('memory', async () => {
  const clock = new ManualClock();
  const board: LeaseBoard = new Map();
  const silent = new Set<NodeLeases>();
  return {
    open: () => {
      // What a process that is silent has planned never comes.
      const own: Clock = {
        now: () => clock.now(),
        after: (ms, task) => clock.after(ms, () => silent.has(leases) || task()),
      };
      const leases: NodeLeases = createMemoryNodeLeases({ clock: own, board });
      return leases;
    },
    silence: async (leases) => void silent.add(leases),
    nowMs: async () => clock.now(),
    until: async (condition) => {
      while (!condition()) clock.advance(100);
    },
    close: async () => undefined,
  };
});
