// From two readings to figures.
import type { StreamSource } from '@sotto/signaling/protocol';
import { describe, expect, test } from 'vitest';
import { measure } from './measure.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import {
  ann,
  connection,
  type Counts,
  HOST_UDP,
  inbound,
  outbound,
  reading,
  START_MS,
  TURN_TLS,
} from './testing/sample-reports.ts';

const receiving = (...counts: readonly Counts[]): readonly Snapshot[] =>
  counts.map((each) =>
    snapshotOf(reading([connection('receive', [inbound('ann-cam', 'video', each)])])),
  );

/** Of the last snapshot, with those before it. */
const latest = (snapshots: readonly Snapshot[]) => {
  const now = snapshots.at(-1);
  if (now === undefined) throw new Error('no snapshot');
  return measure(now, snapshots.slice(0, -1));
};

const layers = (atMs: number, small: Counts['packets'], large: Counts['packets']) =>
  snapshotOf(
    reading([
      connection('send', [
        ...outbound(
          'O1',
          'video',
          { atMs, bytes: (small ?? 0) * 100, packets: small ?? 0, lost: 5 },
          {
            frameWidth: 320,
            frameHeight: 180,
          },
        ),
        ...outbound(
          'O2',
          'video',
          { atMs, bytes: (large ?? 0) * 1_000, packets: large ?? 0 },
          {
            frameWidth: 1280,
            frameHeight: 720,
          },
        ),
      ]),
    ]),
  );

const detailsOf = (local: typeof HOST_UDP) =>
  snapshotOf(reading([connection('both', [], { path: 'p2p', local })])).connections[0];

/** The second media section. */
const screenIn = (mid: string): StreamSource | undefined => (mid === '1' ? 'screen' : undefined);

describe('what is received', () => {
  test('is told in bits per second and by its picture', () => {
    const [stream] = latest(
      receiving(
        { atMs: 0, bytes: 10_000, packets: 10 },
        { atMs: 2_000, bytes: 110_000, packets: 110, jitter: 0.02 },
      ),
    );
    expect(stream).toMatchObject({
      direction: 'receive',
      source: 'cam',
      peerId: ann,
      path: 'sfu',
      codec: 'VP8',
      bitrateBps: 400_000,
      width: 640,
      height: 360,
      framesPerSecond: 15,
      lossRatio: 0,
      jitterMs: 20,
    });
  });

  test('has no bitrate at its first reading', () => {
    const [stream] = latest(receiving({ atMs: 0, bytes: 10_000, packets: 10 }));
    expect(stream).toMatchObject({ bitrateBps: null, lossRatio: null, jitterMs: null, width: 640 });
  });

  test('loses what was lost of the last six seconds, and not before', () => {
    const snapshots = receiving(
      { atMs: 0, packets: 100, lost: 0 },
      { atMs: 2_000, packets: 150, lost: 50 },
      { atMs: 4_000, packets: 250, lost: 50 },
      { atMs: 6_000, packets: 350, lost: 50 },
      { atMs: 8_000, packets: 450, lost: 50 },
    );
    expect(latest(snapshots.slice(0, 2))[0]?.lossRatio).toBe(0.5);
    expect(latest(snapshots.slice(0, 4))[0]?.lossRatio).toBeCloseTo(50 / 300);
    expect(latest(snapshots)[0]?.lossRatio).toBe(0);
  });

  test('that has stopped has no loss and no jitter', () => {
    const stopped = { bytes: 500, packets: 100, lost: 20 };
    const [stream] = latest(receiving({ atMs: 0, ...stopped }, { atMs: 2_000, ...stopped }));
    expect(stream).toMatchObject({ bitrateBps: 0, lossRatio: null, jitterMs: null });
  });

  test('counts anew where a counter went back', () => {
    const [stream] = latest(
      receiving({ atMs: 0, bytes: 9_000, packets: 90 }, { atMs: 2_000, bytes: 100, packets: 1 }),
    );
    expect(stream?.bitrateBps).toBeNull();
  });

  test('is left out where nobody knows its track, or nothing ever came', () => {
    const snapshot = snapshotOf(
      reading([
        connection('receive', [
          inbound('of nobody', 'video', { atMs: 0, packets: 5 }),
          inbound('ann-cam', 'video', { atMs: 0, packets: 0 }),
        ]),
      ]),
    );
    expect(snapshot.streams).toEqual([]);
  });
});

describe('what is sent', () => {
  test('is the sum of its layers, and as large as the largest that moves', () => {
    const [both] = latest([layers(0, 10, 10), layers(1_000, 110, 60)]);
    expect(both).toMatchObject({
      direction: 'send',
      source: 'cam',
      peerId: null,
      bitrateBps: 80_000 + 400_000,
      width: 1280,
      targetBps: 236_400,
    });
    const [small] = latest([layers(0, 10, 10), layers(1_000, 110, 10)]);
    expect(small).toMatchObject({ bitrateBps: 80_000, width: 320, height: 180 });
  });

  test('is known by its media section: not every browser names a track', () => {
    const sent = outbound('O1', 'video', { atMs: 0, bytes: 1_000, packets: 9 });
    const snapshot = snapshotOf(reading([connection('send', sent, { sentIn: screenIn })]));
    expect(snapshot.streams.map(({ source }) => source)).toEqual(['screen']);
  });
});

const over = (id: string, atMs: number, packets: number) =>
  connection('send', outbound('O1', 'video', { atMs, bytes: packets * 1_000, packets, lost: 0 }), {
    id,
  });

describe('while the room moves from one media node to another', () => {
  test('M17 a stream is one, and goes on with what goes on', () => {
    const snapshots = [
      reading([over('old', 0, 100)]),
      reading([over('old', 1_000, 200)]),
      reading([over('new', 2_000, 20), over('old', 2_000, 300)]),
      reading([over('new', 3_000, 120), over('old', 3_000, 400)]),
      reading([over('new', 4_000, 220)]),
      reading([over('new', 5_000, 320)]),
    ].map(snapshotOf);
    const bitrates = snapshots.map((_, index) =>
      latest(snapshots.slice(0, index + 1)).map(({ bitrateBps }) => bitrateBps),
    );
    expect(bitrates).toEqual([[null], [800_000], [800_000], [1_600_000], [800_000], [800_000]]);
  });
});

describe('a connection', () => {
  test('is told by the kinds of its ends', () => {
    expect(detailsOf(HOST_UDP)).toEqual({
      path: 'p2p',
      direction: 'both',
      state: 'connected',
      isUsed: true,
      roundTripMs: 41,
      candidates: 'host → host',
      protocol: 'udp',
      availableOutgoingBps: 432_781,
    });
    expect(detailsOf(TURN_TLS)).toMatchObject({
      candidates: 'relay → host',
      protocol: 'turn tls',
    });
  });

  test('whose candidates are no words of ours is not told', () => {
    const details = detailsOf({ candidateType: '192.0.2.7', protocol: '192.0.2.7' });
    expect(details).toMatchObject({ candidates: null, protocol: null });
  });

  test('is found where Firefox marks its pair, and has no round trip of 0', () => {
    const pair = { id: 'P', type: 'candidate-pair', selected: true, localCandidateId: 'L' };
    const report = new Map<unknown, unknown>([
      ['P', { ...pair, remoteCandidateId: 'R', currentRoundTripTime: 0 }],
      ['L', { id: 'L', type: 'local-candidate', candidateType: 'srflx', protocol: 'udp' }],
      ['R', { id: 'R', type: 'remote-candidate', candidateType: 'prflx', protocol: 'udp' }],
    ]);
    const [details] = snapshotOf(reading([connection('send', [], { report })])).connections;
    expect(details).toMatchObject({ candidates: 'srflx → prflx', roundTripMs: null });
  });
});

test('reports of any other shape are nothing, and nothing throws', () => {
  const odd = [null, 7, 'text', {}, { type: 'inbound-rtp' }, { type: 'outbound-rtp', id: 3 }];
  const wrong = {
    ...inbound('ann-cam', 'video', { atMs: 0, packets: 1 }),
    jitter: 'x',
    codecId: 9,
  };
  const report = new Map<unknown, unknown>([...odd, wrong].map((entry, index) => [index, entry]));
  const snapshot = snapshotOf(reading([connection('receive', [], { report })]));
  expect(snapshot.streams).toHaveLength(1);
  expect(snapshot.streams[0]?.counted[0]).toMatchObject({ atMs: START_MS, jitterMs: null });
  expect(snapshot.streams[0]?.codec).toBeNull();
  expect(snapshot.connections[0]).toMatchObject({ candidates: null, roundTripMs: null });
});
