// What the page shows of a call, as signals. Written only by this folder; the views read it.
import { computed, signal } from '@preact/signals';
import type { PeerId } from '@sotto/signaling/protocol';

export type Phase =
  /** Not in a room: before joining. */
  | { readonly name: 'idle' }
  | { readonly name: 'joining' }
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

export interface RemotePeer {
  readonly peerId: PeerId;
  readonly displayName: string;
  /** False while their connection to the server is lost; their media may go on. */
  readonly connected: boolean;
  readonly micOn: boolean;
  readonly camOn: boolean;
  readonly screenOn: boolean;
  /** Null until the track has arrived, and while it is off. */
  readonly camTrack: MediaStreamTrack | null;
  readonly screenTrack: MediaStreamTrack | null;
}

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
export type Notice = 'share-refused' | 'device-lost' | 'media-rebuilding' | 'request-refused';

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
  close(): void;
}

export interface Call extends CallActions {
  readonly state: CallState;
}
