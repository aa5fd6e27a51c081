// What a media node does for signaling: its calls, its answers and what it pushes. Ids are opaque
// here. Every call is *ensure*: repeated with the same key it finds what it made the first time.
import type { types } from 'mediasoup';

export type Direction = 'send' | 'receive';
export type Source = 'mic' | 'cam' | 'screen' | 'screenAudio';

/** A room as placed here; `placement` rises each time that the room is placed again, anywhere. */
export interface RoomKey {
  readonly roomId: string;
  readonly placement: number;
}

/** `keep`: a placement that is not closed, because the room moves from there. */
export interface Keeping {
  readonly keep?: number | undefined;
}

export interface PeerKey extends RoomKey {
  readonly peerId: string;
}

export interface TransportDescription {
  readonly id: string;
  readonly iceParameters: types.IceParameters;
  readonly iceCandidates: types.IceCandidate[];
  readonly dtlsParameters: types.DtlsParameters;
}

export interface ConsumerDescription {
  readonly consumerId: string;
  readonly producerId: string;
  readonly peerId: string;
  readonly source: Source;
  readonly kind: types.MediaKind;
  readonly rtpParameters: types.RtpParameters;
}

/** A room that the node has media of, or is making it; `peerIds`: who has opened a transport. */
export interface HeldRoom extends RoomKey {
  readonly worker: number;
  readonly peerIds: readonly string[];
}

/** `off`, or the largest spatial layer wanted; for streams of one layer any number means on. */
export type ViewLayer = 'off' | 0 | 1 | 2;

export interface WorkerLoad {
  readonly worker: number;
  /** Share of one core used of late, 0 to 1. */
  readonly cpu: number;
  readonly rooms: number;
  /** False while a dead worker is being replaced. */
  readonly alive: boolean;
  /** Takes no new rooms; those it has are to be moved (PROTOCOL M18). */
  readonly draining: boolean;
  /** While it drains: the rooms that began on another worker of the node and have a part here. */
  readonly parts: readonly RoomKey[];
}

export type MediaEvent =
  /** Loudest first, in dBov (-127 to 0); an empty list says that nobody speaks any more. */
  | {
      readonly type: 'audio-levels';
      readonly roomId: string;
      readonly levels: readonly { readonly peerId: string; readonly volume: number }[];
    }
  /** The room's worker died; everything made under this placement is gone. */
  | { readonly type: 'room-lost'; readonly roomId: string; readonly placement: number }
  /** A worker has begun to drain: which, `load()` tells. */
  | { readonly type: 'draining' }
  /** The node can be called, from now on or again. What it did meanwhile nobody has told. */
  | { readonly type: 'connected' }
  /** Of the node nothing is known until it is connected; it may well go on. */
  | { readonly type: 'disconnected' };

export type MediaErrorCode =
  /** The room is not here, or is here under another placement. */
  | 'stale-placement'
  | 'not-found'
  /** Parameters that this node does not take; the message says which. */
  | 'bad-parameters'
  /** No worker can take it now, or the node cannot be reached: it may have been done all the same. */
  | 'unavailable';

export class MediaError extends Error {
  readonly code: MediaErrorCode;
  constructor(code: MediaErrorCode, message: string) {
    super(message);
    this.name = 'MediaError';
    this.code = code;
  }
}

/**
 * All promises reject with MediaError only: `stale-placement` for a room that is not here, or is
 * here under another placement. What only ends or mutes is done already in a room that is not here.
 */
export interface MediaCalls {
  /** All of them, as they are at one moment after the call. */
  heldRooms(): Promise<readonly HeldRoom[]>;
  /** A newer placement closes what older ones left, but `keep`; an older one is refused. */
  ensureRoom(room: RoomKey & Keeping & { readonly worker: number }): Promise<void>;
  /** Closes what the room has under this placement and under older ones, but `keep`. */
  closeRoom(room: RoomKey & Keeping): Promise<void>;
  /** Closes both transports and all that runs over them; no error when there is nothing. */
  closePeer(peer: PeerKey): Promise<void>;
  /**
   * No new rooms on this worker, or on none of them: a worker that has become empty is replaced by a fresh
   * one, a node ends. A second time is no error; `bad-parameters` for a worker that is not there.
   */
  drain(request: { readonly worker?: number | undefined }): Promise<void>;

  /**
   * `rtpCapabilities` of the browser come with the direction `receive`. `instead` names a transport
   * that the browser has given up: it is closed, and another one made in its place.
   */
  openTransport(
    request: PeerKey & { readonly instead?: string | undefined } & (
        | { readonly direction: 'send' }
        | { readonly direction: 'receive'; readonly rtpCapabilities: types.RtpCapabilities }
      ),
  ): Promise<TransportDescription>;
  /** A second time with the same fingerprints is no error; with others it is `bad-parameters`. */
  connectTransport(
    request: PeerKey & {
      readonly direction: Direction;
      readonly dtlsParameters: types.DtlsParameters;
    },
  ): Promise<void>;
  /**
   * New ICE credentials for a transport whose network changed or whose ICE failed; its DTLS connection and
   * what runs over it stay. `not-found` when the peer's transport of that direction is another by now.
   */
  restartIce(
    request: PeerKey & { readonly direction: Direction; readonly transportId: string },
  ): Promise<types.IceParameters>;

  /**
   * The same id finds its producer; another id replaces what the source sent before, which is gone
   * even when this fails: both may have the same mid and SSRCs.
   */
  produce(
    request: PeerKey & {
      readonly producerId: string;
      readonly source: Source;
      readonly paused: boolean;
      readonly rtpParameters: types.RtpParameters;
    },
  ): Promise<void>;
  /** No error when the producer is gone. */
  setProducerPaused(
    request: PeerKey & { readonly producerId: string; readonly paused: boolean },
  ): Promise<void>;
  closeProducer(request: PeerKey & { readonly producerId: string }): Promise<void>;

  /** Paused consumers for those producers that are there; needs an open receive transport. */
  consume(
    request: PeerKey & { readonly producerIds: readonly string[] },
  ): Promise<readonly ConsumerDescription[]>;
  /** Replaces what was wanted before; a consumer that is not named is off. */
  view(request: PeerKey & { readonly view: Readonly<Record<string, ViewLayer>> }): Promise<void>;
  /** Asks the senders of those that are consumed and on; what is gone is left out. */
  requestKeyFrames(request: PeerKey & { readonly producerIds: readonly string[] }): Promise<void>;
}

/** In this process, or another process that is reached by RPC. */
export interface MediaNode extends MediaCalls {
  /** Of one life of the node, from its start to its end; empty until it has been reached. */
  readonly nodeId: string;
  isConnected(): boolean;
  /** One entry for each worker, in order of their numbers; none while the node is not connected. */
  load(): readonly WorkerLoad[];
  /** Several may watch; the answer ends the watch. */
  watch(listener: (event: MediaEvent) => void): () => void;
}
