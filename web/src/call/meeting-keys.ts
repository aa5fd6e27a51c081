// The keys of a meeting and what hangs on them: encryption, who is in the group, the safety code, and
// what people say to each other through it. Written into the page's state from here.
import { batch } from '@preact/signals';
import type {
  PeerId,
  ProducerId,
  RecordEvent,
  RoomId,
  RoomView,
  Signal,
  StreamSource,
} from '@sotto/signaling/protocol';
import type { SignalingClient } from '../signaling/client.ts';
import type { Clock } from '../signaling/clock.ts';
import type { CallState, Notice } from './call-state.ts';
import { Conversation, type Said } from './conversation.ts';
import { Encryption } from './encryption/encryption.ts';
import { GroupView } from './encryption/group-view.ts';
import type { Known } from './remote-peers.ts';

/** The group may move on while a code is made. */
const CODE_ATTEMPTS = 3;
/** For what is said before one is in the group; then it shows as not sent. */
const UNTIL_IN_GROUP_MS = 15_000;
/** Receivers that need key frames at once, as after a new epoch, ask together. */
const KEY_FRAMES_TOGETHER_MS = 100;

export interface MeetingKeysDeps {
  readonly roomId: RoomId;
  /** Of the link: never sent. */
  readonly secret: string;
  readonly name: string;
  readonly state: CallState;
  readonly clock: Clock;
  readonly request: SignalingClient['request'];
  readonly onNotice: (notice: Notice) => void;
  /** Names, key states or hands have changed. */
  readonly onChange: () => void;
  readonly onRoom: (room: RoomView) => void;
  readonly onKeyFramesNeeded: (producerIds: readonly ProducerId[]) => void;
  /** Of a stream that comes directly from the other person. */
  readonly onLinkKeyFrameNeeded: (source: StreamSource) => void;
  /** Besides what people say to each other. */
  readonly onMessage: (message: Said) => void;
  /** Something would have left unencrypted, and was stopped. */
  readonly onLeak: (source: StreamSource) => void;
  /** What media ran over must be made anew. */
  readonly onFramesLost: () => void;
  /** `hadKeys`: false for keys that never worked. */
  readonly onKeysLost: (hadKeys: boolean) => void;
}

export class MeetingKeys {
  readonly conversation: Conversation;
  readonly #deps: MeetingKeysDeps;
  readonly #group = new GroupView();
  readonly #needKeyFrames = new Set<ProducerId>();
  #encryption: Encryption | null = null;
  #cancelKeyFrames: () => void = () => undefined;
  #closed = false;

  constructor(deps: MeetingKeysDeps) {
    this.#deps = deps;
    const { state, clock, onChange } = deps;
    this.conversation = new Conversation({
      state,
      clock,
      now: () => Date.now(),
      tell: async (kind, body) => {
        await this.#untilInGroup();
        if (this.#encryption === null) throw new Error('in no group');
        await this.#encryption.tell(kind, body);
      },
      onHands: onChange,
    });
  }

  /** What media is attached to; null before the first join. */
  get encryption(): Encryption | null {
    return this.#encryption;
  }

  /** Keys belong to a peer id, which stays: a room that was made again is joined with the same ones. */
  enter(peerId: PeerId, room: RoomView): void {
    if (this.#closed) return;
    this.#encryption ??= this.#start(peerId);
    this.#encryption.see(room);
  }

  see(room: RoomView): void {
    this.#encryption?.see(room);
  }

  take(event: RecordEvent): void {
    this.#encryption?.take(event);
  }

  hear(signal: Signal): void {
    this.#encryption?.hear(signal);
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
    this.#deps.onChange();
  }

  /** What the group says of the others. */
  get known(): Pick<Known, 'names' | 'hands'> {
    return {
      names: this.#group.names,
      hands: this.conversation.hands,
    };
  }

  /** `announced`: whom the server says to be in the room. */
  render(selfPeerId: PeerId, announced: ReadonlySet<string>): void {
    this.#deps.state.group.value = this.#group.state(selfPeerId, announced);
  }

  /** Forgets everything, for good. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelKeyFrames();
    this.conversation.close();
    this.#encryption?.close();
    batch(() => {
      const { state } = this.#deps;
      state.group.value = null;
      state.keyTrouble.value = null;
      state.ownEncryption.value = 'waiting';
    });
  }

  #start(peerId: PeerId): Encryption {
    const { roomId, secret, name, state, request, onChange } = this.#deps;
    return new Encryption({
      identity: { secret, roomId, peerId, name },
      request,
      listener: {
        onEpoch: (epoch) => {
          this.#group.enter(epoch, Date.now());
          this.conversation.meet(new Set(this.#group.names.keys()));
          batch(() => {
            if (state.ownEncryption.value === 'waiting') state.ownEncryption.value = 'ok';
            onChange();
          });
        },
        onMessage: (message) => {
          this.conversation.take(message);
          this.#deps.onMessage(message);
        },
        onTrouble: (trouble) => {
          state.keyTrouble.value = trouble;
        },
        onStates: onChange,
        onKeyFrameNeeded: ({ producerId, source }) => {
          if (producerId === null) this.#deps.onLinkKeyFrameNeeded(source);
          else this.#askForKeyFrame(producerId);
        },
        onLeak: (source) => {
          state.ownEncryption.value = 'failed';
          this.#deps.onLeak(source);
        },
        onSealing: () => {
          if (state.ownEncryption.value === 'failed') state.ownEncryption.value = 'ok';
        },
        onFramesLost: () => {
          // The new worker seals from the next epoch on.
          state.ownEncryption.value = 'waiting';
          this.#deps.onNotice('keys-rebuilding');
          this.#deps.onFramesLost();
        },
        onKeysLost: () => this.#deps.onKeysLost(state.group.value !== null),
        onRoom: (room) => this.#deps.onRoom(room),
      },
    });
  }

  /** Whoever has just come may speak before they have keys. Rejects when none came in time. */
  #untilInGroup(): Promise<void> {
    const { state, clock } = this.#deps;
    return new Promise((resolve, reject) => {
      const cancel = clock.after(UNTIL_IN_GROUP_MS, () => {
        stop();
        reject(new Error('in no group'));
      });
      const stop = state.group.subscribe((group) => {
        if (group === null) return;
        cancel();
        resolve();
        // Not before `subscribe` has given it.
        queueMicrotask(() => stop());
      });
    });
  }

  #askForKeyFrame(producerId: ProducerId): void {
    const isFirst = this.#needKeyFrames.size === 0;
    this.#needKeyFrames.add(producerId);
    if (!isFirst) return;
    this.#cancelKeyFrames = this.#deps.clock.after(KEY_FRAMES_TOGETHER_MS, () => {
      const producerIds = [...this.#needKeyFrames];
      this.#needKeyFrames.clear();
      this.#deps.onKeyFramesNeeded(producerIds);
    });
  }
}
