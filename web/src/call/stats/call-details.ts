// What the details panel shows of a call, and what of it a tile shows: measured by this page alone,
// about every second. Holds no address, no name, no id and no secret, so that it can be copied.
import type { PeerId, SfuReason, StreamSource } from '@sotto/signaling/protocol';

export type MediaPath = 'p2p' | 'sfu';

/** Three steps, and null while there is nothing to judge by. */
export type Quality = 'good' | 'fair' | 'poor';

/** One stream in one direction. A figure is null where the browser does not tell it yet. */
export interface StreamDetails {
  readonly direction: 'send' | 'receive';
  readonly source: StreamSource;
  /** Of whom it is received; null for one's own. */
  readonly peerId: PeerId | null;
  readonly path: MediaPath;
  readonly codec: string | null;
  readonly bitrateBps: number | null;
  /** Of the picture; of the largest layer that is sent. */
  readonly width: number | null;
  readonly height: number | null;
  readonly framesPerSecond: number | null;
  /** Of the packets of the last seconds, 0 to 1; of what one sends as the receiver reports it. */
  readonly lossRatio: number | null;
  readonly jitterMs: number | null;
}

/** One connection: to the media node in one direction, or to the other person in both. */
export interface ConnectionDetails {
  readonly path: MediaPath;
  readonly direction: 'send' | 'receive' | 'both';
  readonly state: RTCPeerConnectionState;
  /** There is something to carry; without, it need not come up. */
  readonly isUsed: boolean;
  readonly roundTripMs: number | null;
  /** Kinds of the selected pair's ends, as `host → relay`; never addresses. */
  readonly candidates: string | null;
  /** udp, tcp; `turn udp`, `turn tcp`, `turn tls` through a TURN server. */
  readonly protocol: string | null;
  /** What the browser believes that it could send, bits per second. */
  readonly availableOutgoingBps: number | null;
}

export interface CallDetails {
  readonly mode: MediaPath;
  /** Why the call goes through the server; null for peer to peer. */
  readonly reason: SfuReason | null;
  /** Of the group's keys; null without a group. */
  readonly epoch: number | null;
  readonly connections: readonly ConnectionDetails[];
  readonly streams: readonly StreamDetails[];
}
