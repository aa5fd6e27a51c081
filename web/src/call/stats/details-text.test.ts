// The text that people copy into a report: all figures, and nothing that says who or where.
import { expect, test } from 'vitest';
import {
  ann,
  bob,
  connection,
  inbound,
  outbound,
  reading,
  TURN_TLS,
} from './testing/sample-reports.ts';
import { detailsText } from './details-text.ts';
import { measure } from './measure.ts';
import { snapshotOf } from './snapshot.ts';

const at = (atMs: number) =>
  snapshotOf(
    reading([
      connection('send', [
        ...outbound('O1', 'audio', { atMs, bytes: atMs * 4, packets: atMs / 20 }),
        ...outbound('O2', 'video', { atMs, bytes: atMs * 50, packets: atMs / 10 }),
      ]),
      connection(
        'receive',
        [
          inbound('bob-mic', 'audio', {
            atMs,
            bytes: atMs * 4,
            packets: atMs / 20,
            lost: atMs / 2_000,
          }),
          inbound('ann-mic', 'audio', { atMs, bytes: atMs * 4, packets: atMs / 20 }),
          inbound('ann-cam', 'video', { atMs, bytes: atMs * 60, packets: atMs / 10 }),
        ],
        { local: TURN_TLS },
      ),
    ]),
  );

const sample = () => {
  const before = at(2_000);
  const now = at(4_000);
  return { ...now, streams: measure(now, [before]) };
};

test('tells all that was measured, people by number', () => {
  expect(detailsText(sample()).split('\n')).toEqual([
    'mode: sfu (people)',
    'encryption epoch: 7',
    'connection sfu send: connected, host → host, udp, 41 ms round trip, 433 kb/s available',
    'connection sfu receive: connected, relay → host, turn tls, 41 ms round trip',
    'send mic to everybody (sfu): opus, 32 kb/s, 0.0 % lost, 8 ms jitter',
    'send cam to everybody (sfu): VP8, 640×360, 15 frames/s, 400 kb/s, 0.0 % lost, 8 ms jitter',
    'receive mic of person 1 (sfu): opus, 32 kb/s, 1.0 % lost, 11 ms jitter',
    'receive mic of person 2 (sfu): opus, 32 kb/s, 0.0 % lost, 11 ms jitter',
    'receive cam of person 2 (sfu): VP8, 640×360, 15 frames/s, 480 kb/s, 0.0 % lost, 11 ms jitter',
    '',
  ]);
});

test('holds no address, no port, no id, no name, whatever the report held', () => {
  const details = sample();
  const text = detailsText(details);
  const secrets = ['192.0.2.2', 'fd00', '42225', '56365', 'jeM', 'Os8O', 'own-', 'CP1', 'T01'];
  for (const secret of [...secrets, ann, bob]) expect(text).not.toContain(secret);
  // The panel's own data neither, but for the ids of people, whose names it shows.
  const panel = JSON.stringify(details.connections);
  for (const secret of secrets) expect(panel).not.toContain(secret);
});

test('says so where there is nothing', () => {
  const [stream] = sample().streams;
  if (stream === undefined) throw new Error('no stream');
  const unknown = { codec: null, bitrateBps: null, lossRatio: null, jitterMs: null };
  const text = detailsText({
    mode: 'p2p',
    reason: null,
    epoch: null,
    connections: [],
    streams: [{ ...stream, ...unknown, path: 'p2p' }],
  });
  expect(text.split('\n')).toEqual([
    'mode: p2p',
    'encryption epoch: none',
    'send mic to everybody (p2p): nothing measured',
    '',
  ]);
});
