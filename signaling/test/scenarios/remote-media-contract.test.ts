// The contract of signaling with a media node, over one in process and one behind a real WebSocket.
import { keepInventory } from '../../../sfu-worker/test/support/media-inventory.ts';
import { type Over, startServer } from '../../../sfu-worker/test/support/media-world.ts';
import { describeMediaFaults, type MediaUnderTest } from '../contracts/media-node-faults.ts';

const make = async (over: Over): Promise<MediaUnderTest> => {
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

describeMediaFaults('in process', () => make('local'));
describeMediaFaults('behind a WebSocket', () => make('remote'));
