// One reading of all connections, put in order: what each stream has counted so far. What it means is
// told by two of them (measure.ts).
import type { PeerId, StreamSource } from '@sotto/signaling/protocol';
import type { ConnectionDetails, MediaPath, StreamDetails } from './call-details.ts';
import { connectionDetails } from './connection-details.ts';
import { type Entries, type EntryOf, readEntries } from './stats-entries.ts';
import type { ConnectionReading, StatsReading } from './stats-reading.ts';

/** One SSRC: a stream has one, or one for each of its layers. */
export interface Counted {
  /** Among all that is counted at one time. */
  readonly id: string;
  /** Milliseconds; of two readings of the same connection the difference is exact. */
  readonly atMs: number;
  readonly bytes: number;
  readonly packets: number;
  /** Null until the receiver has said. */
  readonly lost: number | null;
  readonly jitterMs: number | null;
  readonly freezes: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly framesPerSecond: number | null;
  /** What the encoder aims at, and whether it would do better if the network let it. */
  readonly targetBps: number | null;
  readonly isLimitedByBandwidth: boolean;
}

export interface CountedStream {
  /** The same from one reading to the next. */
  readonly key: string;
  readonly direction: StreamDetails['direction'];
  readonly source: StreamSource;
  readonly peerId: PeerId | null;
  readonly path: MediaPath;
  readonly codec: string | null;
  readonly counted: readonly Counted[];
}

export interface Snapshot extends Pick<StatsReading, 'mode' | 'reason' | 'epoch'> {
  readonly connections: readonly ConnectionDetails[];
  readonly streams: readonly CountedStream[];
}

interface Found {
  readonly path: MediaPath;
  readonly direction: StreamDetails['direction'];
  readonly source: StreamSource;
  readonly peerId: PeerId | null;
  readonly codec: string | null;
  readonly counted: Counted;
}

type Rtp = EntryOf<'inbound-rtp'> | EntryOf<'outbound-rtp'>;

const inMs = (seconds: number | undefined): number | null =>
  seconds === undefined ? null : seconds * 1_000;

const pictureOf = (
  connectionId: string,
  { id, timestamp, frameWidth, frameHeight, framesPerSecond }: Rtp,
) => ({
  // Firefox gives the same ones in each connection.
  id: `${connectionId} ${id}`,
  atMs: timestamp,
  width: frameWidth ?? null,
  height: frameHeight ?? null,
  framesPerSecond: framesPerSecond ?? null,
});

/** `video/VP8` is VP8. */
const codecOf = ({ codecs }: Entries, { codecId }: Rtp): string | null =>
  codecs
    .find(({ id }) => id === codecId)
    ?.mimeType?.split('/')
    .at(-1) ?? null;

const foundInbound = (
  entries: Entries,
  { id, path }: ConnectionReading,
  received: StatsReading['received'],
): readonly Found[] =>
  entries.inbound.flatMap((entry) => {
    const stream = received(entry.trackIdentifier ?? '');
    if (stream === undefined) return [];
    const counted: Counted = {
      ...pictureOf(id, entry),
      bytes: entry.bytesReceived ?? 0,
      packets: entry.packetsReceived ?? 0,
      lost: entry.packetsLost ?? 0,
      jitterMs: inMs(entry.jitter),
      freezes: entry.freezeCount ?? 0,
      targetBps: null,
      isLimitedByBandwidth: false,
    };
    return [{ path, direction: 'receive', ...stream, codec: codecOf(entries, entry), counted }];
  });

const foundOutbound = (
  entries: Entries,
  { id, path, sentIn }: ConnectionReading,
): readonly Found[] =>
  entries.outbound.flatMap((entry) => {
    const source = sentIn?.(entry.mid ?? '');
    if (source === undefined) return [];
    const report = entries.remoteInbound.find(({ localId }) => localId === entry.id);
    const counted: Counted = {
      ...pictureOf(id, entry),
      bytes: entry.bytesSent ?? 0,
      packets: entry.packetsSent ?? 0,
      lost: report?.packetsLost ?? null,
      jitterMs: inMs(report?.jitter),
      freezes: 0,
      targetBps: entry.targetBitrate ?? null,
      isLimitedByBandwidth: entry.qualityLimitationReason === 'bandwidth',
    };
    const codec = codecOf(entries, entry);
    return [{ path, direction: 'send', source, peerId: null, codec, counted }];
  });

/**
 * Layers of one stream together, and one stream that goes over two media nodes while the room moves; what
 * never carried a packet is left out.
 */
const together = (found: readonly Found[]): readonly CountedStream[] => {
  const groups = Map.groupBy(
    found.filter(({ counted }) => counted.packets > 0),
    ({ path, direction, peerId, source }) => [path, direction, peerId ?? 'self', source].join(' '),
  );
  return [...groups].flatMap(([key, group]) => {
    const [first] = group;
    if (first === undefined) return [];
    const { path, direction, source, peerId } = first;
    const codec = group.find((one) => one.codec !== null)?.codec ?? null;
    const counted = group.map((one) => one.counted);
    return [{ key, direction, source, peerId, path, codec, counted }];
  });
};

/** Never throws. */
export const snapshotOf = (reading: StatsReading): Snapshot => {
  const { mode, reason, epoch, received } = reading;
  const read = reading.connections.map((connection) => {
    const entries = readEntries(connection.report);
    return {
      details: connectionDetails(connection, entries),
      found: [
        ...foundInbound(entries, connection, received),
        ...foundOutbound(entries, connection),
      ],
    };
  });
  return {
    mode,
    reason,
    epoch,
    connections: read.map(({ details }) => details),
    streams: together(read.flatMap(({ found }) => found)),
  };
};
