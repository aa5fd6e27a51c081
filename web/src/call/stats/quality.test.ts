// What figures mean for people.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConnectionDetails } from './call-details.ts';
import type { MeasuredStream } from './measure.ts';
import { seeTrouble, troubleRank } from './network-trouble.ts';
import { judge, qualityOf, rankOf } from './quality.ts';
import { settle, settledOn } from './settle.ts';
import { ann } from './testing/sample-reports.ts';

const GOOD = { lossRatio: 0, jitterMs: 5, roundTripMs: 40 };

const stream = (
  source: MeasuredStream['source'],
  more: Partial<MeasuredStream>,
): MeasuredStream => ({
  direction: 'receive',
  source,
  peerId: ann,
  path: 'sfu',
  codec: null,
  bitrateBps: 100_000,
  width: null,
  height: null,
  framesPerSecond: null,
  lossRatio: 0,
  jitterMs: 5,
  freezes: 0,
  targetBps: null,
  isLimitedByBandwidth: false,
  ...more,
});

const troubleSeen = (...seen: Parameters<typeof seeTrouble>) => seeTrouble(...seen).trouble;

const way = (more: Partial<ConnectionDetails> = {}): ConnectionDetails => ({
  path: 'sfu',
  direction: 'receive',
  state: 'connected',
  isUsed: true,
  roundTripMs: 40,
  candidates: null,
  protocol: null,
  availableOutgoingBps: null,
  ...more,
});

describe('a stream', () => {
  test('is as bad as the worst of its figures', () => {
    expect(judge(GOOD)).toBe('good');
    expect(judge({ ...GOOD, lossRatio: 0.019 })).toBe('good');
    expect(judge({ ...GOOD, lossRatio: 0.02 })).toBe('fair');
    expect(judge({ ...GOOD, lossRatio: 0.081 })).toBe('poor');
    expect(judge({ ...GOOD, jitterMs: 30 })).toBe('fair');
    expect(judge({ ...GOOD, jitterMs: 101 })).toBe('poor');
    expect(judge({ ...GOOD, roundTripMs: 250 })).toBe('fair');
    expect(judge({ ...GOOD, roundTripMs: 601 })).toBe('poor');
  });

  test('that does not flow is not judged by the way alone', () => {
    expect(judge({ lossRatio: null, jitterMs: null, roundTripMs: 900 })).toBeNull();
  });

  test('never gets better with more loss, jitter or delay', () => {
    const some = fc.record({
      lossRatio: fc.double({ min: 0, max: 1, noNaN: true }),
      jitterMs: fc.double({ min: 0, max: 500, noNaN: true }),
      roundTripMs: fc.double({ min: 0, max: 2_000, noNaN: true }),
    });
    fc.assert(
      fc.property(some, some, (one, more) => {
        const worse = {
          lossRatio: Math.max(one.lossRatio, more.lossRatio),
          jitterMs: Math.max(one.jitterMs, more.jitterMs),
          roundTripMs: Math.max(one.roundTripMs, more.roundTripMs),
        };
        expect(rankOf(judge(worse))).toBeGreaterThanOrEqual(rankOf(judge(one)));
      }),
    );
  });
});

describe('a person', () => {
  test('whose words come well is not poor for a torn picture', () => {
    const torn = stream('cam', { lossRatio: 0.3 });
    expect(qualityOf([stream('mic', {}), torn], [way()])).toBe('fair');
    expect(qualityOf([torn], [way()])).toBe('poor');
    // Muted, and nothing to judge by.
    const muted = stream('mic', { lossRatio: null, jitterMs: null });
    expect(qualityOf([muted, torn], [way()])).toBe('poor');
  });

  test('whose words are lost is poor, whatever the picture', () => {
    const lost = stream('mic', { lossRatio: 0.1 });
    expect(qualityOf([lost, stream('cam', {})], [way()])).toBe('poor');
  });

  test('is not judged by the pace of a picture', () => {
    expect(qualityOf([stream('cam', { jitterMs: 200 })], [way()])).toBe('good');
  });

  test('is judged by the way that their media takes', () => {
    const ways = [way({ path: 'p2p', roundTripMs: 900 }), way()];
    expect(qualityOf([stream('mic', {})], ways)).toBe('good');
  });

  test('is poor when nothing comes any more, and unknown when nothing ever came', () => {
    const down = way({ state: 'disconnected' });
    expect(qualityOf([stream('mic', { lossRatio: null, jitterMs: null })], [down])).toBe('poor');
    expect(qualityOf([], [down])).toBeNull();
  });
});

const send = (more: Partial<ConnectionDetails> = {}) => way({ direction: 'send', ...more });

describe('the network is to blame', () => {
  const limited = stream('cam', {
    direction: 'send',
    peerId: null,
    isLimitedByBandwidth: true,
    targetBps: 118_200,
  });

  test('where the encoder wants more than gets through', () => {
    const used = [send({ availableOutgoingBps: 130_000 }), way()];
    expect(troubleSeen('sfu', [limited], used)).toBe('weak-upload');
    // As measured with a limit of one's own: much more would get through.
    const free = [send({ availableOutgoingBps: 432_781 }), way()];
    expect(troubleSeen('sfu', [limited], free)).toBeNull();
    expect(troubleSeen('sfu', [limited], [send(), way()])).toBeNull();
  });

  test('M17 unless what two connections of one path carry together gets through', () => {
    const twice = { ...limited, targetBps: 2 * (limited.targetBps ?? 0) };
    const one = send({ availableOutgoingBps: 200_000 });
    expect(troubleSeen('sfu', [twice], [one, one, way()])).toBeNull();
    expect(troubleSeen('sfu', [twice], [one, way()])).toBe('weak-upload');
  });

  test('where much of what is sent is lost', () => {
    const lossy = stream('mic', { direction: 'send', peerId: null, lossRatio: 0.1 });
    expect(troubleSeen('sfu', [lossy], [send(), way()])).toBe('weak-upload');
  });

  test('where much of what should come is lost, or pictures stand still with losses', () => {
    expect(troubleSeen('sfu', [stream('cam', { lossRatio: 0.1 })], [way()])).toBe('weak-download');
    const frozen = stream('cam', { freezes: 2 });
    expect(troubleSeen('sfu', [frozen], [way()])).toBeNull();
    expect(troubleSeen('sfu', [{ ...frozen, lossRatio: 0.03 }], [way()])).toBe('weak-download');
  });

  test('where a direction of the call has no connection that works', () => {
    const failed = send({ state: 'failed' });
    expect(troubleSeen('sfu', [], [failed, way()])).toBe('reconnecting-media');
    expect(troubleSeen('sfu', [], [failed, send(), way()])).toBeNull();
    expect(troubleSeen('p2p', [], [failed, way({ path: 'p2p', direction: 'both' })])).toBeNull();
  });

  test('where there is something to carry and no connection comes up, though no browser says so', () => {
    const waiting = [send({ state: 'connecting' }), way()];
    expect(seeTrouble('sfu', [], waiting)).toEqual({
      trouble: 'reconnecting-media',
      isSure: false,
    });
    const idle = { state: 'new', isUsed: false } as const;
    expect(troubleSeen('sfu', [], [send(idle), way()])).toBeNull();
    expect(troubleSeen('sfu', [], [send(), way(idle)])).toBeNull();
    expect(seeTrouble('sfu', [], [send({ state: 'failed' })]).isSure).toBe(true);
  });
});

describe('what is shown', () => {
  const patience = { worseAfter: 2, betterAfter: 3 };
  const after = (seen: readonly ('good' | 'fair' | 'poor')[]) =>
    seen.reduce(
      (now, next) => settle(now, next, rankOf, patience),
      settledOn<'good' | 'fair' | 'poor'>('good'),
    ).shown;

  test('gets worse with the second reading, and better with the third', () => {
    expect(after(['poor'])).toBe('good');
    expect(after(['poor', 'poor'])).toBe('poor');
    expect(after(['poor', 'poor', 'good', 'good'])).toBe('poor');
    expect(after(['poor', 'poor', 'good', 'fair', 'good'])).toBe('good');
  });

  test('does not follow what comes and goes', () => {
    expect(after(['fair', 'good', 'poor', 'good', 'fair', 'good'])).toBe('good');
  });

  test('takes two that are worse in different ways as worse', () => {
    expect(after(['poor', 'fair'])).toBe('fair');
  });

  test('knows the order of troubles', () => {
    const order = [null, 'weak-download', 'weak-upload', 'reconnecting-media'] as const;
    expect(order.map(troubleRank)).toEqual([0, 1, 2, 3]);
  });
});
