// The contract of signaling with a media node, over one behind a real WebSocket.
import { describeMediaFaults } from './contracts/media-node-faults.ts';
import { startMediaUnderTest } from './support/media-under-test.ts';

describeMediaFaults('behind a WebSocket', () => startMediaUnderTest('remote'));
