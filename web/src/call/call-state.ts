// What the page shows of a call, as signals. Written only by this folder; the views read it.
import { computed, signal } from '@preact/signals';
import type { PeerId, SfuReason } from '@sotto/signaling/protocol';
import type { Preferences } from './preferences.ts';
import type { CallDetails, MediaPath, Quality } from './stats/call-details.ts';

export type Phase =
  /** Not in a room: before joining. */
  | { readonly name: 'idle' }
  /** `isDelayed`: the server is there, lets nobody in now, and is asked again and again. */
  | { readonly name: 'joining'; readonly isDelayed: boolean }
  | { readonly name: 'joined' }
  | { readonly name: 'left'; readonly joinedForMs: number }
  | { readonly name: 'failed'; readonly reason: FailReason };

export type FailReason =
  | 'room-not-found'
  | 'room-full'
  | 'unreachable'
  | 'replaced'
  | 'upgrade-required'
  | 'unsupported-browser'
  | 'internal';

/** How a tile's frames fare: `waiting` for a key, `failed` to open. Neither is ever shown. */
export type KeyState = 'ok' | 'waiting' | 'failed';

export interface RemotePeer {
  readonly peerId: PeerId;
  /** As the group has it; null while they are not in it. */
  readonly displayName: string | null;
  /** False while their connection to the server is lost; their media may go on. */
  readonly connected: boolean;
  readonly micOn: boolean;
  readonly camOn: boolean;
  readonly screenOn: boolean;
  /** Null until the track has arrived, and while it is off. */
  readonly camTrack: MediaStreamTrack | null;
  readonly screenTrack: MediaStreamTrack | null;
  /** Of camera and microphone, the worse of both. */
  readonly encryption: KeyState;
  /** Of the shared screen and its sound. */
  readonly screenEncryption: KeyState;
  /** Of what is received from them; null while nothing is, or nothing can be said. */
  readonly quality: Quality | null;
  /** Hides their network address, which keeps the call off peer to peer. */
  readonly hidesAddress: boolean;
  /** When, in milliseconds since the epoch, for the order of hands. */
  readonly handRaisedAt: number | null;
}

export interface GroupMember {
  readonly peerId: string;
  readonly name: string;
  readonly isSelf: boolean;
  /** False: has the meeting's keys, and the server does not say that they are here. */
  readonly isAnnounced: boolean;
}

/** What last changed the safety code, and whom it was about. */
export interface GroupChange {
  readonly kind: 'created' | 'joined' | 'left' | 'rejoined' | 'refreshed';
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The encrypted group that one is in: who holds the keys, and what people know of them. */
export interface GroupState {
  readonly groupId: string;
  readonly epoch: number;
  readonly roster: readonly GroupMember[];
  readonly change: GroupChange;
  /** `joined-since`: people came whose keys were not there when the codes were compared. */
  readonly comparison: 'not-compared' | 'compared' | 'joined-since';
  /** Their names, where it is `joined-since`. */
  readonly newcomers: readonly string[];
}

/** How media travels now; `reason` says why through the server, and is null for peer to peer. */
export interface CallPath {
  readonly path: MediaPath;
  readonly reason: SfuReason | null;
}

/**
 * The network is the reason: too little goes up, or comes down, so video is reduced; or nothing does,
 * and the way to the others is looked for anew.
 */
export type NetworkTrouble = 'weak-upload' | 'weak-download' | 'reconnecting-media';

/** Why one has no keys: nobody let one in; the group went on without one; one was put out of it. */
export type KeyTrouble = 'no-welcome' | 'cannot-follow' | 'put-out';

export interface ChatMessage {
  readonly id: number;
  readonly peerId: string;
  /** As it was when the message came. */
  readonly name: string;
  readonly text: string;
  readonly at: number;
  readonly isOwn: boolean;
  readonly state: 'sending' | 'sent' | 'failed';
}

export const REACTIONS = ['👍', '❤️', '😂', '😮', '👏', '🎉'] as const;
export type ReactionSymbol = (typeof REACTIONS)[number];

/** Gone from the list some seconds after it came. */
export interface Reaction {
  readonly id: number;
  readonly peerId: string;
  readonly symbol: ReactionSymbol;
}

/** Longer ones are refused by everybody. */
export const CHAT_TEXT_BYTES = 4096;

/** Why a device is not to be had (MediaDevices.getUserMedia, W3C Media Capture §10.2). */
export type DeviceProblem = 'denied' | 'missing' | 'in-use' | 'insecure-context' | 'unknown';

export interface LocalDevices {
  readonly microphones: readonly MediaDeviceInfo[];
  readonly cameras: readonly MediaDeviceInfo[];
  readonly speakers: readonly MediaDeviceInfo[];
}

/** What the person chose before, null for nothing; what is gone by now is replaced by any other. */
export interface ChosenDevices {
  readonly microphoneId: string | null;
  readonly cameraId: string | null;
  readonly speakerId: string | null;
}

/** Passing trouble in words for people; the views decide the words. */
export type Notice =
  | 'share-refused'
  | 'device-lost'
  | 'media-rebuilding'
  | 'request-refused'
  /** A stream was stopped because it would have left unencrypted. */
  | 'leak-stopped'
  /** The encryption in this page stopped working and is set up anew. */
  | 'keys-rebuilding';

export const createCallState = () => {
  const levels = signal<ReadonlyMap<PeerId, number>>(new Map());
  return {
    phase: signal<Phase>({ name: 'idle' }),
    connection: signal<'connected' | 'reconnecting'>('connected'),
    joinedAt: signal<number | null>(null),

    selfPeerId: signal<PeerId | null>(null),
    selfName: signal(''),
    micOn: signal(true),
    camOn: signal(true),
    screenOn: signal(false),
    micTrack: signal<MediaStreamTrack | null>(null),
    camTrack: signal<MediaStreamTrack | null>(null),
    screenTrack: signal<MediaStreamTrack | null>(null),
    micProblem: signal<DeviceProblem | null>(null),
    camProblem: signal<DeviceProblem | null>(null),
    devices: signal<LocalDevices>({ microphones: [], cameras: [], speakers: [] }),
    microphoneId: signal<string | null>(null),
    cameraId: signal<string | null>(null),
    speakerId: signal<string | null>(null),
    /** Own microphone, 0 to 1, about ten times a second while there is a track, muted or not. */
    micLevel: signal(0),

    /** In the order of joining; the own peer is not among them. */
    peers: signal<readonly RemotePeer[]>([]),
    /** Who is heard now, dBov (-127 to 0), the own peer included. */
    levels,
    /** The loudest, or null when nobody speaks. */
    activeSpeaker: computed<PeerId | null>(() => {
      let loudest: PeerId | null = null;
      let loudestVolume = -Infinity;
      for (const [peerId, volume] of levels.value) {
        if (volume > loudestVolume) [loudest, loudestVolume] = [peerId, volume];
      }
      return loudest;
    }),
    notice: signal<Notice | null>(null),

    /** Null before one has joined. */
    callPath: signal<CallPath | null>(null),
    networkTrouble: signal<NetworkTrouble | null>(null),
    /** Of what one sends oneself. */
    ownQuality: signal<Quality | null>(null),
    /** Null before one has joined; anew about every second while `watchDetails` is wanted. */
    details: signal<CallDetails | null>(null),

    /** Null until one is in the group. */
    group: signal<GroupState | null>(null),
    keyTrouble: signal<KeyTrouble | null>(null),
    /** Of what one sends oneself: `waiting` until there are keys, `failed` when it was stopped. */
    ownEncryption: signal<KeyState>('waiting'),
    /** Of the time that one was here; oldest first. */
    chat: signal<readonly ChatMessage[]>([]),
    reactions: signal<readonly Reaction[]>([]),
    handRaised: signal(false),
  };
};

export type CallState = ReturnType<typeof createCallState>;

/** A tile on screen: whose, which picture, and its width in device pixels; drives `view`. */
export interface VisibleTile {
  readonly peerId: PeerId;
  readonly kind: 'cam' | 'screen';
  readonly widthPx: number;
}

/** What the views may ask of a call. Everything shows in the state at once and goes back if refused. */
export interface CallActions {
  /** Opens the chosen devices for the preview; safe to call again after a problem was mended. */
  openDevices(): Promise<void>;
  join(displayName: string): Promise<void>;
  leave(): void;
  setMic(on: boolean): Promise<void>;
  setCamera(on: boolean): Promise<void>;
  setScreen(on: boolean): Promise<void>;
  chooseMicrophone(deviceId: string): Promise<void>;
  chooseCamera(deviceId: string): Promise<void>;
  chooseSpeaker(deviceId: string): Promise<void>;
  /** All tiles on screen now; what is not named is not received. */
  showTiles(tiles: readonly VisibleTile[]): void;
  /** People in the room now, before joining; null when it cannot be asked. Fails if there is none. */
  countPeople(): Promise<number | null>;
  /** Shows in `chat` at once, as `sending`. */
  sendChat(text: string): Promise<void>;
  react(symbol: ReactionSymbol): Promise<void>;
  setHand(raised: boolean): Promise<void>;
  /** Six groups of five digits of the epoch that one is in now; null without a group. */
  safetyCode(): Promise<readonly string[] | null>;
  /** The person has compared the code that `safetyCode` gave last with the others'. */
  markCompared(): void;
  /** What the person prefers now; may be called often. */
  prefer(preferences: Preferences): void;
  /** Keeps `details` up to date until the answer is called. */
  watchDetails(): () => void;
  close(): void;
}

export interface Call extends CallActions {
  readonly state: CallState;
}
