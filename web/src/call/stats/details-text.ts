// The details of a call as text, for a report of a bug: figures, and people by number. Ids, names and
// addresses are not in it.
import type { CallDetails, ConnectionDetails, StreamDetails } from './call-details.ts';

const figure = (value: number | null, unit: string, digits = 0): string | null =>
  value === null ? null : `${value.toFixed(digits)} ${unit}`;

const line = (title: string, figures: readonly (string | null)[]): string => {
  const known = figures.filter((text) => text !== null);
  return `${title}: ${known.length === 0 ? 'nothing measured' : known.join(', ')}`;
};

const kbps = (bps: number | null): string | null =>
  figure(bps === null ? null : bps / 1_000, 'kb/s');

const connectionLine = (connection: ConnectionDetails): string => {
  const { path, direction, state, candidates, protocol, roundTripMs } = connection;
  const available = kbps(connection.availableOutgoingBps);
  return line(`connection ${path} ${direction}`, [
    state,
    candidates,
    protocol,
    figure(roundTripMs, 'ms round trip'),
    available === null ? null : `${available} available`,
  ]);
};

const streamLine = (stream: StreamDetails, person: string): string => {
  const { direction, source, path, codec, width, height, lossRatio } = stream;
  return line(`${direction} ${source} ${direction === 'send' ? 'to' : 'of'} ${person} (${path})`, [
    codec,
    width === null || height === null ? null : `${width}×${height}`,
    figure(stream.framesPerSecond, 'frames/s'),
    kbps(stream.bitrateBps),
    figure(lossRatio === null ? null : lossRatio * 100, '% lost', 1),
    figure(stream.jitterMs, 'ms jitter'),
  ]);
};

/** By the order in which they first appear. */
const numberPeople = (streams: readonly StreamDetails[]) => {
  const ids = [...new Set(streams.flatMap(({ peerId }) => peerId ?? []))];
  return ({ peerId }: StreamDetails): string =>
    peerId === null ? 'everybody' : `person ${ids.indexOf(peerId) + 1}`;
};

/** English, as reports are; one line for each connection and each stream. */
export const detailsText = ({ mode, reason, epoch, connections, streams }: CallDetails): string => {
  const personOf = numberPeople(streams);
  return [
    `mode: ${mode}${reason === null ? '' : ` (${reason})`}`,
    `encryption epoch: ${epoch ?? 'none'}`,
    ...connections.map(connectionLine),
    ...streams.map((stream) => streamLine(stream, personOf(stream))),
    '',
  ].join('\n');
};
