// The leases of a single process, which is not dead as long as it can ask.
import { newNodeName } from '../random.ts';
import type { NodeLeases } from './node-leases.ts';

export const createMemoryNodeLeases = (): NodeLeases => ({
  self: newNodeName(),
  isDead: () => false,
  watch: () => () => undefined,
  close: async () => undefined,
});
