// The media of a call by both ways: through the media node, and directly to the other person. Whichever
// is meant, the former one goes on until the new one has arrived, in both directions.
import { batch, type ReadonlySignal } from '@preact/signals';
import {
  type PeerId,
  type PeerView,
  STREAM_SOURCES,
  type StreamSource,
} from '@sotto/signaling/protocol';
import type { Device } from 'mediasoup-client';
import type { SignalingClient } from '../signaling/client.ts';
import type { Clock } from '../signaling/clock.ts';
import { Arrivals } from './arrivals.ts';
import type { CallState, KeyState, VisibleTile } from './call-state.ts';
import type { Encryption } from './encryption/encryption.ts';
import { chooseWay, type Incoming, pathOf } from './incoming.ts';
import { MediaSession } from './media-session.ts';
import { type WantedLayers, wantedLayers, type Wish, withheldCameras } from './media-view.ts';
import type { Network } from './network/network.ts';
import type { Carrier } from './own-streams.ts';
import { PeerToPeer } from './peer-to-peer/peer-to-peer.ts';
import type { Preferences } from './preferences.ts';
import { type StreamKey, streamKey, type Tracks } from './remote-peers.ts';
import type { Room } from './room-state.ts';
import type { MediaPath } from './stats/call-details.ts';
import type { StatsReading } from './stats/stats-reading.ts';

export interface CallMediaDeps {
  readonly request: SignalingClient['request'];
  readonly device: Device;
  readonly network: Network;
  readonly encryption: Encryption;
  readonly preferences: ReadonlySignal<Preferences>;
  readonly state: Pick<CallState, 'callPath'>;
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
  readonly #arrivals: Arrivals;
  #scene: MediaScene | null = null;
  #session: MediaSession | null = null;
  #shown: ReadonlyMap<StreamKey, Incoming> = new Map();
  /** Whose cameras are not shown: they are not received, though they have a tile. */
  #withheld: ReadonlySet<PeerId> = new Set();
  #carriers: readonly Carrier[] = [];
  #isUpdating = false;
  #isDirty = false;
  #closed = false;

  constructor(deps: CallMediaDeps) {
    this.#deps = deps;
    const { encryption, clock, request } = deps;
    this.#arrivals = new Arrivals({
      clock,
      isOpened: ({ origin }) => encryption.stateOf(origin) === 'ok',
      onArrived: () => this.#update(),
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
    const shown = [...this.#shown].filter(
      ([, { origin }]) => origin.source !== 'cam' || !this.#withheld.has(origin.peerId),
    );
    return new Map(shown.map(([key, { track }]) => [key, track]));
  }

  /** Null for what nobody has begun to send. */
  keyState(peerId: PeerId, source: StreamSource): KeyState | null {
    const shown = this.#shown.get(streamKey(peerId, source));
    if (shown !== undefined) return this.#deps.encryption.stateOf(shown.origin);
    const producerId = this.#producerOf(peerId, source);
    if (producerId === undefined) return null;
    return this.#deps.encryption.stateOf({ peerId, source, producerId });
  }

  /** After any change of the room, the group, the tiles, what the person prefers, or the connection. */
  show(scene: MediaScene): void {
    this.#scene = scene;
    this.#update();
  }

  /** For the statistics. Rejects when a connection went meanwhile. */
  async read(): Promise<Pick<StatsReading, 'connections' | 'received' | 'sent'>> {
    const link = this.#peerToPeer.link;
    const connections = await Promise.all([link?.read() ?? [], this.#session?.read() ?? []]);
    const received = [...(link?.received ?? []), ...(this.#session?.received ?? [])];
    return {
      connections: connections.flat(),
      received: (trackId) => received.find(({ track }) => track.id === trackId)?.origin,
      sent: () => undefined,
    };
  }

  hear(from: string, body: Uint8Array): void {
    this.#peerToPeer.hear(from, body);
  }

  askForKeyFrame(source: StreamSource): void {
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
    this.#arrivals.close();
    this.#shown = new Map();
    this.#deps.state.callPath.value = null;
  }

  /** What it does tells it of changes: those are taken up in the next round, not within this one. */
  #update(): void {
    this.#isDirty = true;
    if (this.#isUpdating) return;
    this.#isUpdating = true;
    while (this.#isDirty && !this.#closed && this.#scene !== null) {
      this.#isDirty = false;
      batch(() => this.#take(this.#scene));
    }
    this.#isUpdating = false;
  }

  #take(scene: MediaScene | null): void {
    if (scene === null) return;
    const { selfPeerId, room, others, members } = scene;
    this.#place(room);
    const wish = this.#wish(scene);
    this.#session?.want(wish);
    this.#chooseTracks(scene);
    const layer = wantedLayers(wish);
    this.#withheld = withheldCameras(wish, layer);
    const hasArrived = {
      p2p: this.#hasArrived(scene, 'p2p', layer),
      sfu: this.#isSending() && this.#hasArrived(scene, 'sfu', layer),
    };
    const isConnected = this.#deps.network.connection.peek() === 'connected';
    const { mode, placement } = room;
    const view = { selfPeerId, others, mode, placement, members, isConnected, hasArrived };
    this.#peerToPeer.update(view);
    const [other] = others;
    if (other !== undefined) {
      this.#peerToPeer.want(layer(other.peerId, 'cam'), layer(other.peerId, 'screen'));
    }
    this.#sendOver();
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

  /** To the media node. */
  #isSending(): boolean {
    const sender = this.#session?.sender ?? null;
    return sender !== null;
  }

  #endSession(): void {
    this.#session?.close();
    this.#session = null;
  }

  #producerOf(peerId: PeerId, source: StreamSource) {
    return this.#scene?.others.find((peer) => peer.peerId === peerId)?.streams[source].producerId;
  }

  /** By stream and way. What a media node says to be somebody's is so only if the record agrees. */
  #ways(): ReadonlyMap<StreamKey, Partial<Record<MediaPath, Incoming>>> {
    const ways = new Map<StreamKey, Partial<Record<MediaPath, Incoming>>>();
    const all = [...(this.#session?.received ?? []), ...(this.#peerToPeer.link?.received ?? [])];
    for (const incoming of all) {
      const { peerId, source, producerId } = incoming.origin;
      if (producerId !== null && this.#producerOf(peerId, source) !== producerId) continue;
      const key = streamKey(peerId, source);
      ways.set(key, { ...ways.get(key), [pathOf(incoming.origin)]: incoming });
    }
    return ways;
  }

  /** A link that is down brings nothing, whatever it has brought. */
  #isHere(incoming: Incoming): boolean {
    const isDown = pathOf(incoming.origin) === 'p2p' && this.#peerToPeer.link?.isUp !== true;
    return !isDown && this.#arrivals.has(incoming);
  }

  #chooseTracks({ others, room }: MediaScene): void {
    const ways = this.#ways();
    const on = new Set(
      others.flatMap(({ peerId, streams }) =>
        STREAM_SOURCES.filter((source) => streams[source].on).map((s) => streamKey(peerId, s)),
      ),
    );
    const shown = new Map<StreamKey, Incoming>();
    const awaited: Incoming[] = [];
    for (const [key, { p2p, sfu }] of ways) {
      const former = this.#shown.get(key);
      const chosen = chooseWay(room.mode.type, { p2p, sfu, shown: former }, (one) =>
        this.#isHere(one),
      );
      if (chosen !== undefined) shown.set(key, chosen);
      if (!on.has(key) || !this.#isMoving(room)) continue;
      awaited.push(...[p2p, sfu].filter((way) => way !== undefined));
    }
    this.#shown = shown;
    this.#arrivals.await(awaited);
  }

  /** There are two ways, or there is to be another one. */
  #isMoving({ mode }: Room): boolean {
    return mode.type === 'p2p' ? mode.standby : this.#peerToPeer.link !== null;
  }

  /** All that the others have on, and that is wanted, has come by this way. */
  #hasArrived({ others }: MediaScene, path: MediaPath, layer: WantedLayers): boolean {
    const ways = this.#ways();
    return others.every(({ peerId, streams }) =>
      STREAM_SOURCES.every((source) => {
        const incoming = ways.get(streamKey(peerId, source))?.[path];
        const isAwaited = streams[source].on && layer(peerId, source) !== 'off';
        return !isAwaited || (incoming !== undefined && this.#isHere(incoming));
      }),
    );
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
