// Whether the network is why a call is not as it should be, and which half of it.
import type { NetworkTrouble } from '../call-state.ts';
import type { ConnectionDetails, MediaPath } from './call-details.ts';
import type { MeasuredStream } from './measure.ts';
import { judge } from './quality.ts';

/**
 * An encoder that does with less than it wants may only keep to the person's own limit. It is the
 * network where what the browser believes to get through is about what the encoders aim at.
 */
const USED_UP_SHARE = 1.3;

const WORST_LOSS = { jitterMs: null, roundTripMs: null };

const isPoor = ({ lossRatio }: MeasuredStream): boolean =>
  judge({ ...WORST_LOSS, lossRatio }) === 'poor';

const sumOf = (numbers: readonly (number | null)[]): number =>
  numbers.reduce<number>((sum, number) => sum + (number ?? 0), 0);

const isUploadWeak = (
  sent: readonly MeasuredStream[],
  connections: readonly ConnectionDetails[],
): boolean => {
  if (sent.some(isPoor)) return true;
  // While the room moves, a stream goes over two connections of the same path.
  const told = connections.filter(
    ({ direction, availableOutgoingBps }) =>
      direction !== 'receive' && availableOutgoingBps !== null,
  );
  return [...Map.groupBy(told, ({ path }) => path)].some(([path, over]) => {
    const streams = sent.filter((stream) => stream.path === path);
    return (
      streams.some(({ isLimitedByBandwidth }) => isLimitedByBandwidth) &&
      sumOf(over.map(({ availableOutgoingBps }) => availableOutgoingBps)) <
        sumOf(streams.map(({ targetBps }) => targetBps)) * USED_UP_SHARE
    );
  });
};

/** A picture stands still for other reasons too, as a slow computer: only with losses it counts. */
const isDownloadWeak = (received: readonly MeasuredStream[]): boolean =>
  received.some(isPoor) ||
  received.some(
    (stream) =>
      stream.freezes > 0 && judge({ ...WORST_LOSS, lossRatio: stream.lossRatio }) === 'fair',
  );

/** Of what is to carry that half. */
const statesOf = (
  mode: MediaPath,
  wanted: MeasuredStream['direction'],
  connections: readonly ConnectionDetails[],
): readonly RTCPeerConnectionState[] =>
  connections
    .filter(
      ({ path, direction }) => path === mode && (direction === wanted || direction === 'both'),
    )
    .map(({ state }) => state);

/** In one direction there is a connection, and none that works. */
const isCutOff = (mode: MediaPath, connections: readonly ConnectionDetails[]): boolean =>
  (['send', 'receive'] as const).some((wanted) => {
    const states = statesOf(mode, wanted, connections);
    const isUp = states.includes('connected');
    return !isUp && (states.includes('disconnected') || states.includes('failed'));
  });

/** There is something to carry, and nothing that does; Chromium says so for ever without a candidate. */
const isNotUp = (mode: MediaPath, connections: readonly ConnectionDetails[]): boolean =>
  (['send', 'receive'] as const).some((wanted) => {
    const used = connections.filter(({ isUsed }) => isUsed);
    const states = statesOf(mode, wanted, used);
    return states.length > 0 && !states.includes('connected');
  });

export interface SeenTrouble {
  readonly trouble: NetworkTrouble | null;
  /** The browser says it: nothing has to be waited for. */
  readonly isSure: boolean;
}

export const seeTrouble = (
  mode: MediaPath,
  streams: readonly MeasuredStream[],
  connections: readonly ConnectionDetails[],
): SeenTrouble => {
  if (isCutOff(mode, connections)) return { trouble: 'reconnecting-media', isSure: true };
  if (isNotUp(mode, connections)) return { trouble: 'reconnecting-media', isSure: false };
  return { trouble: weaknessOf(streams, connections), isSure: false };
};

const weaknessOf = (
  streams: readonly MeasuredStream[],
  connections: readonly ConnectionDetails[],
): NetworkTrouble | null => {
  const going = (wanted: MeasuredStream['direction']): readonly MeasuredStream[] =>
    streams.filter(({ direction }) => direction === wanted);
  if (isUploadWeak(going('send'), connections)) return 'weak-upload';
  return isDownloadWeak(going('receive')) ? 'weak-download' : null;
};

const RANKS: Readonly<Record<NetworkTrouble, number>> = {
  'weak-download': 1,
  'weak-upload': 2,
  'reconnecting-media': 3,
};

/** The higher, the worse. */
export const troubleRank = (trouble: NetworkTrouble | null): number =>
  trouble === null ? 0 : RANKS[trouble];
