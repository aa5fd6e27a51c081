// What streams do, from what they counted before and now: bits per second since the last reading,
// losses of the last seconds.
import type { StreamDetails } from './call-details.ts';
import type { Counted, CountedStream, Snapshot } from './snapshot.ts';

/** So far back losses count: three readings and a little. Shorter: a burst is a bad connection. */
const LOSS_WINDOW_MS = 6_500;

/** Of fewer packets no share is told: silence sends two or three a second (Opus DTX). */
const LEAST_PACKETS = 10;

export interface MeasuredStream extends StreamDetails {
  /** Times that the picture stood still since the last reading. */
  readonly freezes: number;
  readonly targetBps: number | null;
  readonly isLimitedByBandwidth: boolean;
}

interface Step {
  readonly before: Counted;
  readonly now: Counted;
}

/** A counter that went back is another one under the same name. */
const stepsOf = (before: CountedStream | undefined, now: CountedStream): readonly Step[] =>
  now.counted.flatMap((counted) => {
    const former = before?.counted.find(({ id }) => id === counted.id);
    const isSame =
      former !== undefined && former.atMs < counted.atMs && former.packets <= counted.packets;
    return isSame ? [{ before: former, now: counted }] : [];
  });

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);

const bitrateOf = (steps: readonly Step[]): number | null =>
  steps.length === 0
    ? null
    : sum(
        steps.map(
          ({ before, now }) =>
            (Math.max(0, now.bytes - before.bytes) * 8 * 1_000) / (now.atMs - before.atMs),
        ),
      );

const lossOf = (steps: readonly Step[], direction: StreamDetails['direction']): number | null => {
  const told = steps.filter(({ now }) => now.lost !== null);
  const lost = sum(
    told.map(({ before, now }) => Math.max(0, (now.lost ?? 0) - (before.lost ?? 0))),
  );
  const passed = sum(told.map(({ before, now }) => now.packets - before.packets));
  // What one sends counts the lost ones too; what came does not.
  const all = direction === 'send' ? passed : passed + lost;
  return all < LEAST_PACKETS ? null : Math.min(1, lost / all);
};

const isMoving = ({ before, now }: Step): boolean => now.bytes > before.bytes;

const most = (numbers: readonly (number | null)[]): number | null => {
  const known = numbers.filter((number) => number !== null);
  return known.length === 0 ? null : Math.max(...known);
};

const sumOfKnown = (numbers: readonly (number | null)[]): number | null => {
  const known = numbers.filter((number) => number !== null);
  return known.length === 0 ? null : sum(known);
};

const measuredAt = ({ counted }: CountedStream): number =>
  Math.max(...counted.map(({ atMs }) => atMs));

const measureStream = (
  stream: CountedStream,
  previous: CountedStream | undefined,
  oldest: CountedStream | undefined,
): MeasuredStream => {
  const { direction, source, peerId, path, codec } = stream;
  const recent = stepsOf(previous, stream);
  const moving = recent.filter(isMoving).map(({ now }) => now);
  const layers = (moving.length === 0 ? stream.counted : moving).toSorted(
    (a, b) => (b.width ?? 0) - (a.width ?? 0),
  );
  const largest = layers[0];
  return {
    direction,
    source,
    peerId,
    path,
    codec,
    bitrateBps: bitrateOf(recent),
    width: largest?.width ?? null,
    height: largest?.height ?? null,
    framesPerSecond: largest?.framesPerSecond ?? null,
    lossRatio: lossOf(stepsOf(oldest, stream), direction),
    // Where nothing moves it is the one of the last packets.
    jitterMs: moving.length === 0 ? null : most(moving.map(({ jitterMs }) => jitterMs)),
    freezes: sum(recent.map(({ before, now }) => Math.max(0, now.freezes - before.freezes))),
    targetBps: sumOfKnown(moving.map(({ targetBps }) => targetBps)),
    isLimitedByBandwidth: moving.some(({ isLimitedByBandwidth }) => isLimitedByBandwidth),
  };
};

/** `history`: earlier snapshots, oldest first; those that are too old are left aside. */
export const measure = (
  { streams }: Snapshot,
  history: readonly Snapshot[],
): readonly MeasuredStream[] =>
  streams.map((stream) => {
    const earlier = history
      .flatMap((snapshot) => snapshot.streams.filter(({ key }) => key === stream.key))
      .filter((former) => measuredAt(former) >= measuredAt(stream) - LOSS_WINDOW_MS);
    return measureStream(stream, earlier.at(-1), earlier[0]);
  });
