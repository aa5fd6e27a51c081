// The time in a room, from its token to leaving: what the server tells goes into the room's view and
// to the group's keys, and from there to media, sound and the page's state.
import { batch } from '@preact/signals';
import type {
  PeerId,
  PeerView,
  ProducerId,
  RecordEvent,
  RoomId,
  RoomView,
  Signal,
  StreamSource,
} from '@sotto/signaling/protocol';
import type { Device } from 'mediasoup-client';
import {
  type ClientDeps,
  type EndReason,
  type JoinAnswer,
  SignalingClient,
} from '../signaling/client.ts';
import { applyEvent, type Room } from './room-state.ts';
import { AudioPlayback } from './audio-playback.ts';
import type { CallState, FailReason, Notice, VisibleTile } from './call-state.ts';
import { Conversation } from './conversation.ts';
import { Encryption } from './encryption/encryption.ts';
import { GroupView } from './encryption/group-view.ts';
import { failReasonOfEnd, failReasonOfError } from './fail-reason.ts';
import { MediaSession } from './media-session.ts';
import { OwnStreams, type OwnStreamsDeps } from './own-streams.ts';
import { remotePeers } from './remote-peers.ts';

/** The group may move on while a code is made. */
const CODE_ATTEMPTS = 3;

export interface MeetingDeps {
  readonly client: ClientDeps;
  readonly token: string;
  readonly roomId: RoomId;
  /** Of the link: never sent. */
  readonly secret: string;
  readonly displayName: string;
  readonly device: Device;
  readonly state: CallState;
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
  readonly iceServers: JoinAnswer['iceServers'];
}

export class Meeting {
  readonly ownStreams: OwnStreams;
  readonly conversation: Conversation;
  readonly #deps: MeetingDeps;
  readonly #client: SignalingClient;
  readonly #audio = new AudioPlayback();
  readonly #group = new GroupView();
  /** From the first join on: keys belong to a peer id, which stays. */
  #encryption: Encryption | null = null;
  #joined: Joined | null = null;
  #tiles: readonly VisibleTile[] = [];
  #session: MediaSession | null = null;
  #closed = false;

  constructor(deps: MeetingDeps) {
    this.#deps = deps;
    const { client, token, onRefused } = deps;
    this.#client = new SignalingClient(
      client,
      { token },
      {
        onJoined: (answer) => this.#enter(answer),
        onEvent: (event) => this.#take(event),
        onSnapshot: (room) => this.#takeRoom(room),
        onSignal: (signal) => this.#hear(signal),
        onConnection: (connection) => this.#showConnection(connection),
        onEnded: (reason) => this.#end(reason),
      },
    );
    this.ownStreams = new OwnStreams({
      setStream: (source, on) => this.#client.request('set-stream', { source, on }),
      closeStream: (source) => this.#client.request('close-stream', { source }),
      recorded: () => this.#self()?.streams ?? null,
      onRefused,
    });
    const { state } = deps;
    this.conversation = new Conversation({
      state,
      clock: client.clock,
      now: () => Date.now(),
      tell: async (kind, body) => {
        if (this.#encryption === null) throw new Error('in no group');
        await this.#encryption.tell(kind, body);
      },
      onHands: () => this.#render(),
    });
  }

  /** Of the epoch that one is in; null without a group. */
  async safetyCode(): Promise<readonly string[] | null> {
    for (let attempt = 0; attempt < CODE_ATTEMPTS; attempt += 1) {
      if (this.#encryption === null || this.#deps.state.group.value === null) return null;
      const { point, digits } = await this.#encryption.safetyCode();
      if (this.#group.showCode(point)) return digits;
    }
    return null;
  }

  markCompared(): void {
    this.#group.markCompared();
    this.#renderGroup();
  }

  showTiles(tiles: readonly VisibleTile[]): void {
    this.#tiles = tiles;
    this.#session?.want(this.#wish());
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
    this.#client.close();
    this.#session?.close();
    this.ownStreams.close();
    this.conversation.close();
    this.#encryption?.close();
    this.#audio.close();
    batch(() => {
      const { state } = this.#deps;
      state.group.value = null;
      state.keyTrouble.value = null;
      state.ownEncryption.value = 'waiting';
    });
  }

  #end(reason: EndReason): void {
    this.close();
    if (reason === 'unauthorized' && this.#joined !== null) this.#deps.onExpired();
    else this.#deps.onEnded(failReasonOfEnd(reason));
  }

  #enter({ peerId, room, iceServers, rtpCapabilities }: JoinAnswer): void {
    const { device, state } = this.#deps;
    // The room was made again: whatever carried media in the one before is not to be trusted.
    this.#session?.close();
    this.#session = null;
    this.#joined = { selfPeerId: peerId, room, iceServers };
    this.#encryption ??= this.#startEncryption(peerId);
    this.#encryption.see(room);
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
        this.close();
        this.#deps.onEnded(failReasonOfError(error));
      });
  }

  #startEncryption(peerId: PeerId): Encryption {
    const { roomId, secret, displayName: name, state, onNotice } = this.#deps;
    return new Encryption({
      identity: { secret, roomId, peerId, name },
      request: (method, data) => this.#client.request(method, data),
      listener: {
        onEpoch: (epoch) => {
          this.#group.enter(epoch, Date.now());
          this.conversation.meet(new Set(this.#group.names.keys()));
          batch(() => {
            if (state.ownEncryption.value === 'waiting') state.ownEncryption.value = 'ok';
            this.#render();
          });
        },
        onMessage: (message) => this.conversation.take(message),
        onTrouble: (trouble) => {
          state.keyTrouble.value = trouble;
        },
        onStates: () => this.#render(),
        onKeyFrameNeeded: (producerId) => this.#askForKeyFrame(producerId),
        onLeak: (source) => {
          state.ownEncryption.value = 'failed';
          this.#deps.onLeak(source);
        },
        onFramesLost: () => {
          onNotice('keys-rebuilding');
          this.#session?.close();
          this.#session = null;
          this.#update();
        },
        onKeysLost: () => this.#loseKeys(),
        onRoom: (room) => this.#takeRoom(room),
      },
    });
  }

  #loseKeys(): void {
    const hadKeys = this.#deps.state.group.value !== null;
    this.#client.leave();
    this.close();
    // A worker that never worked would not work the next time.
    if (hadKeys) this.#deps.onExpired();
    else this.#deps.onEnded('internal');
  }

  #askForKeyFrame(producerId: ProducerId): void {
    const placement = this.#session?.placement;
    if (placement === undefined) return;
    this.#client
      .request('request-key-frames', { placement, producerIds: [producerId] })
      .catch(() => undefined);
  }

  #take(event: RecordEvent): void {
    if (this.#joined === null) return;
    this.#encryption?.take(event);
    this.#see(applyEvent(this.#joined.room, event));
  }

  #takeRoom(room: RoomView): void {
    this.#encryption?.see(room);
    this.#see(room);
  }

  #see(room: Room): void {
    if (this.#joined === null) return;
    this.#joined = { ...this.#joined, room };
    this.#update();
  }

  #hear(signal: Signal): void {
    this.#encryption?.hear(signal);
    if (signal.event !== 'audio-levels') return;
    const { levels } = signal.data;
    this.#deps.state.levels.value = new Map(levels.map(({ peerId, volume }) => [peerId, volume]));
  }

  #showConnection(connection: 'connected' | 'reconnecting'): void {
    batch(() => {
      this.#deps.state.connection.value = connection;
      if (connection === 'reconnecting') this.#deps.state.levels.value = new Map();
    });
    // What timed out meanwhile is tried again.
    if (connection === 'connected') this.#update();
  }

  /** After any change of the room, its media, or the way to the server. */
  #update(): void {
    if (this.#closed || this.#joined === null || !this.#deps.device.loaded) return;
    this.#placeMedia(this.#joined);
    this.#session?.want(this.#wish());
    this.ownStreams.pursueAll();
    this.#render();
  }

  #placeMedia({ room: { placement }, iceServers }: Joined): void {
    if (this.#session?.placement === placement) return;
    if (this.#session !== null) {
      this.#session.close();
      this.#session = null;
      this.#deps.onNotice('media-rebuilding');
    }
    const encryption = this.#encryption;
    if (placement === null || encryption === null) return;
    const { clock, random } = this.#deps.client;
    this.#session = new MediaSession({
      request: (method, data) => this.#client.request(method, data),
      device: this.#deps.device,
      iceServers,
      placement,
      encryption,
      clock,
      random,
      onSend: (media) => this.ownStreams.sendOver(media),
      onTracks: () => this.#render(),
      onRebuilding: () => this.#deps.onNotice('media-rebuilding'),
    });
  }

  #render(): void {
    if (this.#closed) return;
    const { peers } = this.#deps.state;
    const tracks = this.#session?.tracks ?? new Map();
    peers.value = remotePeers(peers.peek(), this.#others(), {
      tracks,
      names: this.#group.names,
      keyState: (producerId) => this.#encryption?.stateOf(producerId) ?? 'waiting',
      hands: this.conversation.hands,
    });
    this.#audio.update(this.#others(), tracks);
    this.#renderGroup();
  }

  #renderGroup(): void {
    if (this.#joined === null) return;
    const { selfPeerId, room } = this.#joined;
    const announced = new Set<string>(room.peers.map(({ peerId }) => peerId));
    this.#deps.state.group.value = this.#group.state(selfPeerId, announced);
  }

  #wish() {
    return { others: this.#others(), tiles: this.#tiles };
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
