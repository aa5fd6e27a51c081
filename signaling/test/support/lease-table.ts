// The leases of several nodes in one process: a test says who is dead, and when a beat is answered.
import { newNodeName } from '../../src/random.ts';
import type { NodeLeases } from '../../src/rooms/node-leases.ts';
import type { NodeName } from '../../src/rooms/record.ts';

export interface LeaseTable {
  take(): NodeLeases;
  /** From now on its lease has ended, for as long as it does not come back. */
  die(node: NodeName): void;
  comeBack(node: NodeName): void;
  /** Every node that watches gets the answer to its beat. */
  beat(): void;
  /** From now on its beats have failed for so long. */
  fail(node: NodeName, ms: number): void;
}

export const createLeaseTable = (): LeaseTable => {
  const dead = new Set<NodeName>();
  const taken: NodeName[] = [];
  const failing = new Map<NodeName, number>();
  const watchers = new Set<() => void>();
  return {
    take: () => {
      const self = newNodeName();
      taken.push(self);
      return {
        self,
        isDead: (node) => dead.has(node),
        living: () => taken.filter((node) => !dead.has(node)),
        failingMs: () => failing.get(self) ?? 0,
        watch: (onBeat) => {
          const watcher = (): void => onBeat();
          watchers.add(watcher);
          return () => watchers.delete(watcher);
        },
        close: async () => undefined,
      };
    },
    die: (node) => void dead.add(node),
    comeBack: (node) => void dead.delete(node),
    fail: (node, ms) => void failing.set(node, ms),
    beat: () => {
      for (const watcher of watchers) watcher();
    },
  };
};
