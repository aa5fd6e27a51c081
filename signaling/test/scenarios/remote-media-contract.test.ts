// The contract of signaling with a media node, over one in process.
import { describeMediaFaults } from '../contracts/media-node-faults.ts';
import { startMediaUnderTest } from '../support/media-under-test.ts';

describeMediaFaults('in process', () => startMediaUnderTest('local'));
