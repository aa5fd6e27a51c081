// The call's encryption, and the only importer of @sotto/e2ee in the call: one worker with the
// group's keys, one that seals and opens frames, and what both have to hear from the server.
import {
  type GroupEpoch,
  type GroupPoint,
  fromBase64url,
  KeyWorkerClient,
  type KeyWorkerHandle,
  type OpenedMessage,
  type ServerBound,
  type SessionEvent,
  systemFrameClock,
  toBase64url,
  type Trouble,
} from '@sotto/e2ee/page';
import type {
  AppMessage,
  PeerId,
  ProducerId,
  RecordEvent,
  RoomId,
  RoomView,
  Signal,
  StreamSource,
} from '@sotto/signaling/protocol';
import type { SignalingClient } from '../../signaling/client.ts';
import { codeOf } from '../../signaling/request-error.ts';
import type { KeyState } from '../call-state.ts';
import {
  FrameGuard,
  type GuardedReceiver,
  type GuardedSender,
  type StreamOrigin,
} from './frame-guard.ts';
import { groupRequest, recordEvent, refusalEvent, sessionEvent } from './group-wire.ts';

/** Written into the page by its build. */
declare const FRAME_WORKER_URL: string;
declare const KEY_WORKER_URL: string;

/** A frame that does not open makes the client look at the record, this often at most. */
const LOOK_AGAIN_MS = 10_000;

export interface EncryptionListener {
  /** The epoch that one is in from now on. */
  onEpoch(epoch: GroupEpoch): void;
  onMessage(message: OpenedMessage): void;
  onTrouble(trouble: Trouble | null): void;
  /** How streams fare has changed (`stateOf`). */
  onStates(): void;
  onKeyFrameNeeded(origin: StreamOrigin): void;
  /** Something left unsealed, and its sender was stopped. */
  onLeak(source: StreamSource): void;
  /** From here on the source is sealed. */
  onSealing(source: StreamSource): void;
  /** The frame worker was lost and another is there: what media ran over must be made anew. */
  onFramesLost(): void;
  /** The keys are gone: only joining anew gives others. */
  onKeysLost(): void;
  /** The room as the server has it now. */
  onRoom(room: RoomView): void;
}

export interface EncryptionDeps {
  readonly identity: {
    readonly secret: string;
    readonly roomId: RoomId;
    readonly peerId: PeerId;
    readonly name: string;
  };
  readonly request: SignalingClient['request'];
  readonly listener: EncryptionListener;
}

/** Chromium: without a transform of ours a sender then sends nothing, and a receiver plays nothing. */
export const peerConnectionSettings: RTCConfiguration & {
  readonly encodedInsertableStreams: boolean;
} = { encodedInsertableStreams: true };

const hasEncodedFrames = (): boolean =>
  'RTCRtpScriptTransform' in globalThis || 'createEncodedStreams' in RTCRtpSender.prototype;

/** False in browsers that lack encoded frames or the group's curves: there nobody may join. */
export const canEncrypt = async (): Promise<boolean> => {
  if (!hasEncodedFrames()) return false;
  try {
    await crypto.subtle.generateKey('X25519', false, ['deriveBits']);
    await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    return true;
  } catch {
    return false;
  }
};

export class Encryption {
  readonly #deps: EncryptionDeps;
  readonly #keys: KeyWorkerClient;
  readonly #keyWorker: Worker;
  readonly #frames: FrameGuard;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(deps: EncryptionDeps) {
    this.#deps = deps;
    const { identity, listener } = deps;
    this.#keyWorker = new Worker(KEY_WORKER_URL, { type: 'module', name: 'keys' });
    const worker: KeyWorkerHandle = this.#keyWorker;
    this.#keys = new KeyWorkerClient({
      worker,
      identity,
      clock: systemFrameClock,
      listener: {
        onToServer: (message) => void this.#send(message),
        onEpoch: (epoch) => listener.onEpoch(epoch),
        onMessage: (message) => listener.onMessage(message),
        onTrouble: (trouble) => listener.onTrouble(trouble),
        onLost: () => this.#loseKeys(),
        onEnded: () => this.#loseKeys(),
      },
    });
    this.#frames = new FrameGuard({
      clock: systemFrameClock,
      makeWorker: () => new Worker(FRAME_WORKER_URL, { type: 'module', name: 'frames' }),
      connectKeys: (port) => this.#keys.connectFrames(port),
      onStates: () => listener.onStates(),
      onFailed: () => this.#lookAgain(),
      onKeyFrameNeeded: (origin) => listener.onKeyFrameNeeded(origin),
      onLeak: (source) => listener.onLeak(source),
      onSealing: (source) => listener.onSealing(source),
      onLost: () => listener.onFramesLost(),
      onBroken: () => this.#loseKeys(),
    });
  }

  /** The whole room: after a join, a snapshot, or whenever one asked. */
  see(room: RoomView): void {
    this.#keys.handle(recordEvent(room));
  }

  /** Each of the log, in order. */
  take(event: RecordEvent): void {
    const told = sessionEvent(event);
    if (told !== null) this.#keys.handle(told);
  }

  hear(signal: Signal): void {
    if (signal.event === 'epoch-ready') {
      this.#keys.handle({ type: 'epoch-ready', group: signal.data.group });
    } else if (signal.event === 'app-message') {
      this.#open(signal.data.message);
    }
  }

  /** False for a source that left unsealed again and again. */
  maySend(source: StreamSource): boolean {
    return this.#frames.maySend(source);
  }

  /** Throws where it cannot be encrypted: then nothing may be sent. */
  attachSender(
    sender: RTCRtpSender,
    source: StreamSource,
    mimeType: string,
    onLeak: () => void,
  ): GuardedSender {
    return this.#frames.attachSender(sender, source, mimeType, onLeak);
  }

  /** Whether there is a way to open this; where not, `stateOf` says `failed`. */
  canOpen(producerId: ProducerId, mimeType: string): boolean {
    return this.#frames.canOpen(producerId, mimeType);
  }

  /** Throws where it cannot be encrypted: then nothing may be played. */
  attachReceiver(
    receiver: RTCRtpReceiver,
    origin: StreamOrigin,
    mimeType: string,
  ): GuardedReceiver {
    return this.#frames.attachReceiver(receiver, origin, mimeType);
  }

  /** Null for what nothing has come of. */
  stateOf(origin: StreamOrigin): KeyState | null {
    return this.#frames.stateOf(origin);
  }

  /** To everybody in the group, or to one. Rejects when it was not taken. */
  async tell(kind: number, body: Uint8Array<ArrayBuffer>, to?: PeerId): Promise<void> {
    const envelope = toBase64url(await this.#keys.seal(kind, body, to));
    await this.#deps.request('app-message', { envelope, ...(to !== undefined && { to }) });
  }

  /** Of the epoch that it names. Rejects without a group. */
  safetyCode(): Promise<{ readonly point: GroupPoint; readonly digits: readonly string[] }> {
    return this.#keys.safetyCode();
  }

  /** Forgets everything, for good. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#frames.close();
    this.#keys.close();
    this.#keyWorker.terminate();
  }

  #open({ from, to, envelope }: AppMessage): void {
    const bytes = fromBase64url(envelope);
    if (bytes !== undefined) this.#keys.open(from, to ?? '', bytes);
  }

  /** Never rejects. */
  async #send(message: ServerBound): Promise<void> {
    const { request, listener } = this.#deps;
    try {
      const { method, data } = groupRequest(message);
      if (method === 'read-room') listener.onRoom((await request(method, data)).room);
      else await request(method, data);
    } catch (error) {
      if (codeOf(error) === null) reportError(error);
      const refusal: SessionEvent | null = refusalEvent(message, error);
      if (refusal !== null && !this.#closed) this.#keys.handle(refusal);
    }
  }

  #loseKeys(): void {
    if (!this.#closed) this.#deps.listener.onKeysLost();
  }

  #lookAgain(): void {
    const now = systemFrameClock.now();
    if (now - this.#lookedAtMs < LOOK_AGAIN_MS) return;
    this.#lookedAtMs = now;
    void this.#send({ type: 'ask-record' });
  }
}
