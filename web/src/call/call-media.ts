// The media of a call by both ways: through the media node, and directly to the other person. Whichever
// is meant, the former one goes on until the new one has arrived, in both directions.
import { batch, type ReadonlySignal } from '@preact/signals';
import {
  LIMITS,
  type PeerId,
  type PeerView,
  type ProducerId,
  type StreamSource,
} from '@sotto/signaling/protocol';
import type { Device } from 'mediasoup-client';
import type { SignalingClient } from '../signaling/client.ts';
import type { Clock } from '../signaling/clock.ts';
import type { CallState, KeyState, VisibleTile } from './call-state.ts';
import type { Encryption } from './encryption/encryption.ts';
import type { Incoming } from './incoming.ts';
import { MediaSession } from './media-session.ts';
import { wantedLayers, type Wish, withheldCameras } from './media-view.ts';
import type { Network } from './network/network.ts';
import type { Carrier } from './own-streams.ts';
import { type Heard, LinkLevels, volumeOf, volumeOfMeter } from './peer-to-peer/link-levels.ts';
import { PeerToPeer } from './peer-to-peer/peer-to-peer.ts';
import type { Preferences } from './preferences.ts';
import type { Tracks } from './remote-peers.ts';
import type { Room } from './room-state.ts';
import { ShownStreams } from './shown-streams.ts';
import type { StatsReading } from './stats/stats-reading.ts';

export interface CallMediaDeps {
  readonly request: SignalingClient['request'];
  readonly device: Device;
  readonly network: Network;
  readonly encryption: Encryption;
  readonly preferences: ReadonlySignal<Preferences>;
  readonly state: Pick<CallState, 'callPath' | 'levels' | 'micLevel' | 'micOn'>;
  readonly clock: Clock;
  readonly random: () => number;
  /** What goes out does so over these from now on. */
  readonly onCarriers: (carriers: readonly Carrier[]) => void;
  /** Tracks have come or gone, or come by another way. */
  readonly onTracks: () => void;
  readonly onRebuilding: () => void;
}

/** The room and who one is in it, as media needs it. */
export interface MediaScene {
  readonly selfPeerId: PeerId;
  readonly room: Room;
  readonly others: readonly PeerView[];
  readonly tiles: readonly VisibleTile[];
  /** Nobody has been able to see the page for a while. */
  readonly isHidden: boolean;
  /** By peer id: who has the group's keys. */
  readonly members: ReadonlySet<string>;
}

export class CallMedia {
  readonly #deps: CallMediaDeps;
  readonly #peerToPeer: PeerToPeer;
  readonly #shown: ShownStreams;
  readonly #levels: LinkLevels;
  #scene: MediaScene | null = null;
  #session: MediaSession | null = null;
  #carriers: readonly Carrier[] = [];
  #isUpdating = false;
  #isDirty = false;
  #closed = false;

  constructor(deps: CallMediaDeps) {
    this.#deps = deps;
    const { encryption, clock, request } = deps;
    this.#shown = new ShownStreams({
      clock,
      keyStateOf: (origin) => encryption.stateOf(origin),
      onArrived: () => this.#update(),
    });
    this.#levels = new LinkLevels({
      clock,
      read: () => this.#heard(),
      onLevels: (levels) => {
        deps.state.levels.value = levels;
      },
    });
    this.#peerToPeer = new PeerToPeer({
      ...deps,
      newLinkId: () => crypto.randomUUID(),
      now: () => performance.now(),
      tell: (kind, body, to) => encryption.tell(kind, body, to),
      report: (other, outcome) => request('peer-to-peer', { with: other, outcome }),
      onChange: () => this.#update(),
    });
  }

  /** Of the session through the media node; null without one. */
  get placement(): number | null {
    return this.#session?.placement ?? null;
  }

  get tracks(): Tracks {
    return this.#shown.tracks;
  }

  /** Null for what nobody has begun to send. */
  keyState(peerId: PeerId, source: StreamSource): KeyState | null {
    return this.#shown.keyState(peerId, source);
  }

  /** After any change of the room, the group, the tiles, what the person prefers, or the connection. */
  show(scene: MediaScene): void {
    this.#scene = scene;
    this.#update();
  }

  /** For the statistics. Rejects when a connection went meanwhile. */
  async read(): Promise<Pick<StatsReading, 'connections' | 'received'>> {
    const link = this.#peerToPeer.link;
    const connections = await Promise.all([link?.read() ?? [], this.#session?.read() ?? []]);
    const received = this.#received();
    return {
      connections: connections.flat(),
      received: (trackId) => received.find(({ track }) => track.id === trackId)?.origin,
    };
  }

  hear(from: string, body: Uint8Array): void {
    this.#peerToPeer.hear(from, body);
  }

  /** Of what comes through the media node. */
  askForKeyFrames(producerIds: readonly ProducerId[]): void {
    const { placement } = this;
    if (placement === null) return;
    this.#deps
      .request('request-key-frames', {
        placement,
        producerIds: producerIds.slice(0, LIMITS.consumePerRequest),
      })
      .catch(() => undefined);
  }

  askLinkForKeyFrame(source: StreamSource): void {
    this.#peerToPeer.askForKeyFrame(source);
  }

  /** The room was made again: the media node's part of it is gone, what goes directly is not. */
  rejoin(): void {
    this.#endSession();
    this.#peerToPeer.rejoin();
  }

  /** The worker that sealed and opened is gone, and all that ran through it with it. */
  restart(): void {
    this.#endSession();
    this.#peerToPeer.restart();
    this.#update();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#endSession();
    this.#peerToPeer.close();
    this.#shown.close();
    this.#levels.stop();
    this.#deps.state.callPath.value = null;
  }

  /** What it does tells it of changes: those are taken up in the next round, not within this one. */
  #update(): void {
    this.#isDirty = true;
    if (this.#isUpdating) return;
    this.#isUpdating = true;
    try {
      while (this.#isDirty && !this.#closed && this.#scene !== null) {
        this.#isDirty = false;
        batch(() => this.#take(this.#scene));
      }
    } finally {
      this.#isUpdating = false;
    }
  }

  #take(scene: MediaScene | null): void {
    if (scene === null) return;
    const { selfPeerId, room, others, members } = scene;
    this.#place(room);
    const wish = this.#wish(scene);
    this.#session?.want(wish);
    const layer = wantedLayers(wish);
    const link = this.#peerToPeer.link;
    this.#shown.update({
      others,
      incoming: this.#received(),
      withheld: withheldCameras(wish, layer),
      preferred: room.mode.type,
      isLinkUp: link?.isUp === true,
      isMoving: room.mode.type === 'p2p' ? room.mode.standby : link !== null,
    });
    const other = this.#peerToPeer.other ?? others[0]?.peerId ?? null;
    const sender = this.#session?.sender ?? null;
    const hasArrived = {
      p2p: this.#shown.hasArrived('p2p', other, layer),
      sfu: sender !== null && this.#shown.hasArrived('sfu', other, layer),
    };
    const isConnected = this.#deps.network.connection.peek() === 'connected';
    const { hideAddress } = this.#deps.preferences.peek();
    const { mode, placement } = room;
    const view = {
      selfPeerId,
      others,
      mode,
      placement,
      members,
      hideAddress,
      isConnected,
      hasArrived,
    };
    this.#peerToPeer.update(view);
    if (other !== null) this.#peerToPeer.want(layer(other, 'cam'), layer(other, 'screen'));
    this.#sendOver();
    // With a media node it is that one which tells.
    if (placement === null && this.#peerToPeer.link !== null) this.#levels.start();
    else this.#levels.stop();
    this.#deps.state.callPath.value = callPathOf(room, hasArrived.p2p);
    this.#deps.onTracks();
  }

  #wish({ others, tiles, isHidden }: MediaScene): Wish {
    return { others, tiles, isHidden, preferences: this.#deps.preferences.peek() };
  }

  #place({ placement, mode }: Room): void {
    if (this.placement === placement) return;
    if (this.#session !== null) {
      this.#endSession();
      // Peer to peer nothing is missed.
      if (mode.type === 'sfu') this.#deps.onRebuilding();
    }
    if (placement === null) return;
    const { onRebuilding } = this.#deps;
    const session = new MediaSession({
      ...this.#deps,
      placement,
      onRebuilding,
      // The first is told while it is being made.
      onChange: () => {
        if (this.#session === session) this.#update();
      },
    });
    this.#session = session;
  }

  #endSession(): void {
    this.#session?.close();
    this.#session = null;
  }

  #received(): readonly Incoming[] {
    return [...(this.#session?.received ?? []), ...(this.#peerToPeer.link?.received ?? [])];
  }

  #heard(): readonly Heard[] {
    const { state } = this.#deps;
    const received = this.#peerToPeer.link?.received ?? [];
    const others = received
      .filter(({ origin: { source } }) => source === 'mic')
      .map(({ origin: { peerId }, receiver }) => ({ peerId, volume: volumeOf(receiver) }));
    const selfPeerId = this.#scene?.selfPeerId;
    if (selfPeerId === undefined || !state.micOn.peek()) return others;
    return [...others, { peerId: selfPeerId, volume: volumeOfMeter(state.micLevel.peek()) }];
  }

  #sendOver(): void {
    const carriers = [this.#peerToPeer.link?.senders, this.#session?.sender].filter(
      (carrier) => carrier !== null && carrier !== undefined,
    );
    const isSame =
      carriers.length === this.#carriers.length &&
      carriers.every((carrier, index) => carrier === this.#carriers[index]);
    if (isSame) return;
    this.#carriers = carriers;
    this.#deps.onCarriers(carriers);
  }
}

/** While the media node stands by, it is what carries until all has come the direct way. */
const callPathOf = ({ mode }: Room, hasArrived: boolean) => {
  if (mode.type === 'sfu') return { path: 'sfu', reason: mode.reason } as const;
  return { path: mode.standby && !hasArrived ? 'sfu' : 'p2p', reason: null } as const;
};
