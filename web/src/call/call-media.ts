// The media of a call by all its ways: through the media node, directly to the other person, and through
// the media node that the room moves from. Whichever is meant, what there was goes on until the new one has
// arrived, in both directions.
import { batch, type ReadonlySignal } from '@preact/signals';
import { LIMITS, type PeerId, type ProducerId, type StreamSource } from '@sotto/signaling/protocol';
import type { Device } from 'mediasoup-client';
import type { SignalingClient } from '../signaling/client.ts';
import type { Clock } from '../signaling/clock.ts';
import type { CallState, KeyState } from './call-state.ts';
import type { Encryption } from './encryption/encryption.ts';
import type { ByWay } from './incoming.ts';
import { callPathOf, type MediaScene } from './media-scene.ts';
import { type WantedLayers, wantedLayers, type Wish, withheldCameras } from './media-view.ts';
import { MoveReport } from './move-report.ts';
import type { Network } from './network/network.ts';
import { type Carrier, lackingOver } from './own-streams.ts';
import { heardOver, LinkLevels, type OwnSound } from './peer-to-peer/link-levels.ts';
import type { LinkView } from './peer-to-peer/link-view.ts';
import { PeerToPeer } from './peer-to-peer/peer-to-peer.ts';
import type { Preferences } from './preferences.ts';
import type { Tracks } from './remote-peers.ts';
import type { Room } from './room-state.ts';
import { Sessions } from './sessions.ts';
import { ShownStreams } from './shown-streams.ts';
import type { StatsReading } from './stats/stats-reading.ts';

export interface CallMediaDeps {
  readonly request: SignalingClient['request'];
  readonly device: Device;
  readonly network: Network;
  readonly encryption: Pick<
    Encryption,
    'attachReceiver' | 'attachSender' | 'canOpen' | 'maySend' | 'stateOf' | 'tell'
  >;
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

type HasArrived = LinkView['hasArrived'];

export class CallMedia {
  readonly #deps: CallMediaDeps;
  readonly #peerToPeer: PeerToPeer;
  readonly #shown: ShownStreams;
  readonly #levels: LinkLevels;
  readonly #sessions: Sessions;
  readonly #move: MoveReport;
  #scene: MediaScene | null = null;
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
      read: () => heardOver(this.#peerToPeer.link?.received ?? [], this.#own()),
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
    this.#sessions = new Sessions({ ...deps, onChange: () => this.#update() });
    this.#move = new MoveReport({
      clock,
      report: (placement) => request('arrived', { placement }),
    });
  }

  get tracks(): Tracks {
    return this.#shown.tracks;
  }

  /** Null for what nothing has come of. */
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
    const connections = await Promise.all([link?.read() ?? [], this.#sessions.read()]);
    const received = Object.values(this.#received()).flat();
    return {
      connections: connections.flat(),
      received: (trackId) => received.find(({ track }) => track.id === trackId)?.origin,
    };
  }

  hear(from: string, body: Uint8Array): void {
    this.#peerToPeer.hear(from, body);
  }

  /** Of what comes through the media node; the one that the room is leaving is asked nothing. */
  askForKeyFrames(needed: readonly ProducerId[]): void {
    const { current } = this.#sessions;
    if (current === null) return;
    const there = new Set(current.received.map(({ origin }) => origin.producerId));
    const producerIds = needed.filter((id) => there.has(id)).slice(0, LIMITS.consumePerRequest);
    if (producerIds.length === 0) return;
    this.#deps
      .request('request-key-frames', { placement: current.placement, producerIds })
      .catch(() => undefined);
  }

  askLinkForKeyFrame(source: StreamSource): void {
    this.#peerToPeer.askForKeyFrame(source);
  }

  /** The room was made again: the media node's part of it is gone, what goes directly is not. */
  rejoin(): void {
    this.#endSessions();
    this.#peerToPeer.rejoin();
  }

  /** The worker that sealed and opened is gone, and all that ran through it with it. */
  restart(): void {
    this.#endSessions();
    this.#peerToPeer.restart();
    this.#update();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#endSessions();
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
    const { others, room } = scene;
    this.#follow(room);
    const wish = this.#wish(scene);
    this.#sessions.want(wish);
    const layer = wantedLayers(wish);
    const { link } = this.#peerToPeer;
    const isChanging = room.mode.type === 'p2p' ? room.mode.standby : link !== null;
    this.#shown.update({
      others,
      incoming: this.#received(),
      withheld: withheldCameras(wish, layer),
      preferred: room.mode.type,
      isLinkUp: link?.isUp === true,
      isMoving: isChanging || room.leaving !== null,
    });
    const other = this.#peerToPeer.other ?? others[0]?.peerId ?? null;
    const theirs = others.filter(({ peerId }) => peerId === other);
    const hasArrived = {
      p2p: this.#shown.hasArrived('p2p', theirs, layer),
      sfu: this.#isUp && this.#shown.hasArrived('sfu', theirs, layer),
    };
    this.#linkTo(scene, hasArrived);
    if (other !== null) this.#peerToPeer.want(layer(other, 'cam'), layer(other, 'screen'));
    this.#sendOver();
    this.#report(scene, layer);
    // With a media node it is that one which tells.
    if (room.placement === null && this.#peerToPeer.link !== null) this.#levels.start();
    else this.#levels.stop();
    this.#deps.state.callPath.value = callPathOf(room, hasArrived.p2p);
    this.#deps.onTracks();
  }

  #wish({ others, tiles, isHidden }: MediaScene): Wish {
    return { others, tiles, isHidden, preferences: this.#deps.preferences.peek() };
  }

  #follow(room: Room): void {
    const isCutShort = this.#sessions.follow(room, this.#move.isTold);
    // Peer to peer nothing is missed.
    if (isCutShort && room.mode.type === 'sfu') this.#deps.onRebuilding();
  }

  #linkTo({ selfPeerId, room, others, members }: MediaScene, hasArrived: HasArrived): void {
    const { network, preferences } = this.#deps;
    const { mode, placement } = room;
    this.#peerToPeer.update({
      selfPeerId,
      others,
      mode,
      placement,
      members,
      hideAddress: preferences.peek().hideAddress,
      isConnected: network.connection.peek() === 'connected',
      hasArrived,
    });
  }

  /** Whoever is away sends nothing anew until they are back, and is waited for by the server. */
  #report({ selfPeerId, room, others }: MediaScene, layer: WantedLayers): void {
    const { placement, leaving, peers } = room;
    const self = peers.find(({ peerId }) => peerId === selfPeerId);
    const sender = this.#sessions.current?.sender ?? null;
    const here = others.filter(({ connected }) => connected);
    const awaited = this.#shown.missing('sfu', here, layer).length;
    this.#move.update({
      placement,
      leaving,
      isConnected: this.#deps.network.connection.peek() === 'connected',
      missing: lackingOver(sender, self?.streams).length + awaited + (sender === null ? 1 : 0),
    });
  }

  /** There is something to send over to the media node. */
  get #isUp(): boolean {
    return (this.#sessions.current?.sender ?? null) !== null;
  }

  #endSessions(): void {
    this.#sessions.end();
    this.#move.close();
  }

  #received(): ByWay {
    return { ...this.#sessions.received, p2p: this.#peerToPeer.link?.received ?? [] };
  }

  #own(): OwnSound | null {
    const { micOn, micLevel } = this.#deps.state;
    const peerId = this.#scene?.selfPeerId;
    return peerId === undefined || !micOn.peek() ? null : { peerId, level: micLevel.peek() };
  }

  #sendOver(): void {
    const direct = this.#peerToPeer.link?.senders ?? null;
    const carriers = [...(direct === null ? [] : [direct]), ...this.#sessions.carriers];
    const isSame =
      carriers.length === this.#carriers.length &&
      carriers.every((carrier, index) => carrier === this.#carriers[index]);
    if (isSame) return;
    this.#carriers = carriers;
    this.#deps.onCarriers(carriers);
  }
}
