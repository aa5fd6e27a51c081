// What the statistics are made of: the reports of all connections that carry media now, and what the
// tracks in them are. Who holds the connections gives it; call-stats.ts asks for it.
import type { PeerId, SfuReason, StreamSource } from '@sotto/signaling/protocol';
import type { ConnectionDetails, MediaPath } from './call-details.ts';

/** An RTCStatsReport: entries by id. */
export type StatsReport = Iterable<readonly [unknown, unknown]>;

export interface ConnectionReading extends Pick<
  ConnectionDetails,
  'path' | 'direction' | 'state' | 'isUsed'
> {
  /** Another for each connection that there is at one time. */
  readonly id: string;
  readonly report: StatsReport;
  /** What is sent in that media section. Firefox names no track of what it sends. */
  readonly sentIn?: (mid: string) => StreamSource | undefined;
}

export interface ReceivedStream {
  readonly peerId: PeerId;
  readonly source: StreamSource;
}

export interface StatsReading {
  readonly mode: MediaPath;
  readonly reason: SfuReason | null;
  readonly epoch: number | null;
  readonly connections: readonly ConnectionReading[];
  /** By the track's id. */
  readonly received: (trackIdentifier: string) => ReceivedStream | undefined;
}
