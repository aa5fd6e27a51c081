// The time in a room, from its token to leaving: what the server tells goes into the room's view and
// to the group's keys, and from there to media, sound and the page's state.
import { batch, effect, type ReadonlySignal, untracked } from '@preact/signals';
import {
  type PeerId,
  type PeerView,
  type RecordEvent,
  type RoomId,
  type RoomView,
  type Signal,
  type StreamSource,
} from '@sotto/signaling/protocol';
import type { Device } from 'mediasoup-client';
import {
  type ClientDeps,
  type EndReason,
  type JoinAnswer,
  SignalingClient,
} from '../signaling/client.ts';
import { fetchIceServers } from '../signaling/http.ts';
import { applyEvent, type Room } from './room-state.ts';
import { AudioPlayback } from './audio-playback.ts';
import type { CallState, FailReason, Notice, VisibleTile } from './call-state.ts';
import { failReasonOfEnd, failReasonOfError } from './fail-reason.ts';
import { CallMedia } from './call-media.ts';
import { MeetingKeys } from './meeting-keys.ts';
import { MeetingStats } from './meeting-stats.ts';
import { IceServers } from './network/ice-servers.ts';
import type { WatchNetwork } from './network/network-changes.ts';
import { LINK_MESSAGE_KIND } from './peer-to-peer/link-messages.ts';
import type { Encryption } from './encryption/encryption.ts';
import { OwnStreams, type OwnStreamsDeps } from './own-streams.ts';
import type { Preferences } from './preferences.ts';
import { remotePeers } from './remote-peers.ts';

/** When telling that the address is hidden was refused, or the record does not say so yet. */
const DIRECT_AGAIN_MS = 1_000;

export interface MeetingDeps {
  readonly client: ClientDeps;
  readonly token: string;
  readonly roomId: RoomId;
  /** Of the link: never sent. */
  readonly secret: string;
  readonly displayName: string;
  readonly watchNetwork: WatchNetwork;
  readonly device: Device;
  readonly state: CallState;
  readonly preferences: ReadonlySignal<Preferences>;
  /** Nobody has been able to see the page for a while. */
  readonly isHidden: ReadonlySignal<boolean>;
  readonly onRefused: OwnStreamsDeps['onRefused'];
  readonly onNotice: (notice: Notice) => void;
  /** Once; the meeting is closed by then. Not after `leave` or `close`. */
  readonly onEnded: (reason: FailReason) => void;
  /** Something would have left unencrypted, and was stopped. */
  readonly onLeak: (source: StreamSource) => void;
  /**
   * Instead of `onEnded`: the session outlived its token, or its keys were lost with their worker.
   * Who asks for another token can join again, as somebody else.
   */
  readonly onExpired: () => void;
}

/** The room and who we are in it. */
interface Joined {
  readonly selfPeerId: PeerId;
  readonly room: Room;
}

export class Meeting {
  readonly ownStreams: OwnStreams;
  readonly keys: MeetingKeys;
  readonly #deps: MeetingDeps;
  readonly #client: SignalingClient;
  readonly #iceServers: IceServers;
  readonly #audio = new AudioPlayback();
  readonly #stopPreferring: () => void;
  #joined: Joined | null = null;
  #tiles: readonly VisibleTile[] = [];
  readonly #stats: MeetingStats;
  #media: CallMedia | null = null;
  #isTellingDirect = false;
  #closed = false;

  constructor(deps: MeetingDeps) {
    this.#deps = deps;
    const { client, token, onRefused } = deps;
    this.#client = new SignalingClient(
      client,
      { token, direct: !deps.preferences.peek().hideAddress },
      {
        onJoined: (answer) => this.#enter(answer),
        onEvent: (event) => this.#take(event),
        onSnapshot: (room) => this.#takeRoom(room),
        onSignal: (signal) => this.#hear(signal),
        onConnection: (connection) => this.#showConnection(connection),
        onDelayed: () => this.#showDelay(),
        onEnded: (reason) => this.#end(reason),
      },
    );
    this.#iceServers = new IceServers({
      ...client,
      now: Date.now,
      fetch: () => fetchIceServers(this.#client.token),
    });
    this.ownStreams = new OwnStreams({
      setStream: (source, on) => this.#client.request('set-stream', { source, on }),
      closeStream: (source) => this.#client.request('close-stream', { source }),
      recorded: () => this.#self()?.streams ?? null,
      onRefused,
    });
    const { roomId, secret, displayName: name, state, onNotice, onLeak } = deps;
    this.keys = new MeetingKeys({
      roomId,
      secret,
      name,
      state,
      clock: client.clock,
      request: (method, data) => this.#client.request(method, data),
      onNotice,
      onLeak,
      onChange: () => this.#update(),
      onRoom: (room) => this.#takeRoom(room),
      onKeyFramesNeeded: (producerIds) => this.#media?.askForKeyFrames(producerIds),
      onLinkKeyFrameNeeded: (source) => this.#media?.askLinkForKeyFrame(source),
      onMessage: ({ sender, kind, body }) => {
        if (kind === LINK_MESSAGE_KIND) this.#media?.hear(sender.peerId, body);
      },
      onFramesLost: () => this.#media?.restart(),
      onKeysLost: (hadKeys) => this.#loseKeys(hadKeys),
    });
    this.#stats = new MeetingStats({
      clock: client.clock,
      state,
      media: () => this.#media,
      onQualities: () => this.#render(),
    });
    this.#stopPreferring = effect(() => {
      void deps.preferences.value;
      void deps.isHidden.value;
      untracked(() => this.#update());
    });
  }

  showTiles(tiles: readonly VisibleTile[]): void {
    this.#tiles = tiles;
    this.#update();
  }

  /** Keeps the state's details up to date until the answer is called. */
  watchDetails(): () => void {
    return this.#stats.watch();
  }

  useSpeaker(speakerId: string | null): void {
    this.#audio.useSpeaker(speakerId);
  }

  leave(): void {
    this.#client.leave();
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopPreferring();
    this.#client.close();
    this.#iceServers.close();
    this.#stats.close();
    this.#media?.close();
    this.ownStreams.close();
    this.keys.close();
    this.#audio.close();
    this.#deps.state.peers.value = [];
  }

  #end(reason: EndReason): void {
    this.close();
    if (reason === 'unauthorized' && this.#joined !== null) this.#deps.onExpired();
    else this.#deps.onEnded(failReasonOfEnd(reason));
  }

  #enter({ peerId, room, ice, rtpCapabilities }: JoinAnswer): void {
    const { device, state } = this.#deps;
    this.#media?.rejoin();
    this.#joined = { selfPeerId: peerId, room };
    this.#iceServers.take(ice);
    this.keys.enter(peerId, room);
    batch(() => {
      state.selfPeerId.value = peerId;
      state.joinedAt.value ??= Date.now();
      this.#render();
      state.phase.value = { name: 'joined' };
    });
    if (device.loaded) {
      this.#update();
      return;
    }
    device
      .load({ routerRtpCapabilities: rtpCapabilities })
      .then(() => this.#update())
      .catch((error: unknown) => {
        if (this.#closed) return;
        this.close();
        this.#deps.onEnded(failReasonOfError(error));
      });
  }

  /** Until the record says what the person wants: the request may be lost with its socket. */
  #followHiding(): void {
    const wanted = !this.#deps.preferences.peek().hideAddress;
    const isDirect = this.#self()?.direct;
    if (this.#isTellingDirect || isDirect === undefined || isDirect === wanted) return;
    this.#isTellingDirect = true;
    this.#client
      .setDirect(wanted)
      .catch(() => undefined)
      .finally(() => {
        this.#isTellingDirect = false;
        this.#deps.client.clock.after(DIRECT_AGAIN_MS, () => this.#update());
      });
  }

  #loseKeys(hadKeys: boolean): void {
    this.#client.leave();
    this.close();
    // A worker that never worked would not work the next time.
    if (hadKeys) this.#deps.onExpired();
    else this.#deps.onEnded('internal');
  }

  #take(event: RecordEvent): void {
    if (this.#joined === null) return;
    this.keys.take(event);
    this.#see(applyEvent(this.#joined.room, event));
  }

  #takeRoom(room: RoomView): void {
    this.keys.see(room);
    this.#see(room);
  }

  #see(room: Room): void {
    if (this.#joined === null) return;
    this.#joined = { ...this.#joined, room };
    this.#update();
  }

  #hear(signal: Signal): void {
    this.keys.hear(signal);
    if (signal.event !== 'audio-levels') return;
    const { levels } = signal.data;
    this.#deps.state.levels.value = new Map(levels.map(({ peerId, volume }) => [peerId, volume]));
  }

  /** Whoever is in a call, and gets into its room anew, sees that they are reconnecting. */
  #showDelay(): void {
    const { phase } = this.#deps.state;
    if (phase.peek().name === 'joining') phase.value = { name: 'joining', isDelayed: true };
  }

  #showConnection(connection: 'connected' | 'reconnecting'): void {
    batch(() => {
      this.#deps.state.connection.value = connection;
      if (connection === 'reconnecting') this.#deps.state.levels.value = new Map();
    });
    // What timed out meanwhile is tried again, and without a server nothing is late.
    this.#update();
  }

  /** After any change of the room, its media, or the way to the server. */
  #update(): void {
    if (this.#closed || this.#joined === null || !this.#deps.device.loaded) return;
    this.#followHiding();
    this.#showMedia(this.#joined);
    this.ownStreams.pursueAll();
    this.#render();
  }

  #showMedia({ selfPeerId, room }: Joined): void {
    const { encryption } = this.keys;
    if (encryption === null) return;
    this.#media ??= this.#startMedia(encryption);
    const members = new Set(this.keys.known.names.keys());
    const isHidden = this.#deps.isHidden.peek();
    this.#media.show({
      selfPeerId,
      room,
      others: this.#others(),
      tiles: this.#tiles,
      members,
      isHidden,
    });
  }

  #startMedia(encryption: Encryption): CallMedia {
    const { client, device, preferences, state, watchNetwork, onNotice } = this.#deps;
    return new CallMedia({
      ...client,
      request: (method, data) => this.#client.request(method, data),
      device,
      network: {
        iceServers: this.#iceServers,
        watchChanges: watchNetwork,
        connection: state.connection,
      },
      encryption,
      preferences,
      state,
      onCarriers: (carriers) => this.ownStreams.sendOver(carriers),
      onTracks: () => this.#render(),
      onRebuilding: () => onNotice('media-rebuilding'),
    });
  }

  #render(): void {
    if (this.#closed) return;
    const { peers } = this.#deps.state;
    const tracks = this.#media?.tracks ?? new Map();
    peers.value = remotePeers(peers.peek(), this.#others(), {
      ...this.keys.known,
      tracks,
      keyState: (peerId, source) => this.#media?.keyState(peerId, source) ?? null,
      qualities: this.#stats.qualities,
    });
    this.#audio.update(this.#others(), tracks);
    if (this.#joined === null) return;
    const { selfPeerId, room } = this.#joined;
    this.keys.render(selfPeerId, new Set(room.peers.map(({ peerId }) => peerId)));
  }

  #self(): PeerView | undefined {
    return this.#joined?.room.peers.find(({ peerId }) => peerId === this.#joined?.selfPeerId);
  }

  #others(): readonly PeerView[] {
    return (
      this.#joined?.room.peers.filter(({ peerId }) => peerId !== this.#joined?.selfPeerId) ?? []
    );
  }
}
