import { expect, test } from 'vitest';
import { payloadBytesSent } from './sent-bytes.ts';

test('F27 counts the payload of all layers, and nothing twice', () => {
  const report = new Map<string, unknown>([
    ['low', { type: 'outbound-rtp', bytesSent: 100, headerBytesSent: 40 }],
    ['high', { type: 'outbound-rtp', bytesSent: 900, retransmittedBytesSent: 50 }],
    ['theirs', { type: 'inbound-rtp', bytesReceived: 4000 }],
    ['way', { type: 'transport', bytesSent: 9000 }],
    ['none', null],
  ]);
  expect(payloadBytesSent(report)).toBe(950);
  expect(payloadBytesSent(new Map())).toBe(0);
});
