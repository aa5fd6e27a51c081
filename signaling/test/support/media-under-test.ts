// A real media server of two workers for the contract with media nodes, in process or behind a real WebSocket.
import { keepInventory } from '../../../sfu-worker/test/support/media-inventory.ts';
import { type Over, startServer } from '../../../sfu-worker/test/support/media-world.ts';
import type { MediaUnderTest } from '../contracts/media-node-faults.ts';

export const startMediaUnderTest = async (over: Over): Promise<MediaUnderTest> => {
  const made = keepInventory();
  const server = await startServer(over, { workers: 2 });
  return {
    server,
    made,
    close: async () => {
      await server.close();
      made.stop();
    },
  };
};
