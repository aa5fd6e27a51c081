// A member of a meeting without media: the page's own client, mapping and encryption, wired as
// call/meeting.ts wires them, over a wire of the test's.
import type { GroupEpoch, OpenedMessage, Trouble } from '@sotto/e2ee/page';
import {
  parseServerMessage,
  type PeerId,
  type RecordEvent,
  type RoomId,
  type RoomView,
} from '@sotto/signaling/protocol';
import type { GroupState } from '../../src/call/call-state.ts';
import { encodeMessage, parseMessage } from '../../src/call/conversation-messages.ts';
import { Encryption } from '../../src/call/encryption/encryption.ts';
import { GroupView } from '../../src/call/encryption/group-view.ts';
import { applyEvent, type Room } from '../../src/call/room-state.ts';
import { type EndReason, type JoinAnswer, SignalingClient } from '../../src/signaling/client.ts';
import type { FrameEnd } from '../../../e2ee/src/testing/frame-end.ts';
import type { TestTime } from './time.ts';
import type { Wire } from './wire.ts';

export interface MemberDeps {
  readonly time: TestTime;
  readonly wire: Wire;
  readonly token: string;
  readonly roomId: RoomId;
  readonly secret: string;
  readonly name: string;
  /** [0, 1) */
  readonly random: () => number;
  /** Of the encryption that was made last. */
  readonly lastFrames: () => FrameEnd;
}

export class HeadlessMember {
  readonly name: string;
  readonly wire: Wire;
  readonly epochs: GroupEpoch[] = [];
  readonly messages: OpenedMessage[] = [];
  readonly troubles: (Trouble | null)[] = [];
  readonly #deps: MemberDeps;
  readonly #client: SignalingClient;
  readonly #view = new GroupView();
  #encryption: Encryption | null = null;
  #peerId: PeerId | null = null;
  #room: Room | null = null;
  #frames: FrameEnd | null = null;
  /** Why it is over, where nobody here ended it. */
  ended: EndReason | 'keys-lost' | null = null;

  constructor(deps: MemberDeps) {
    const { name, wire, time, token, random } = deps;
    this.#deps = deps;
    this.name = name;
    this.wire = wire;
    const credentials = { token, direct: true };
    this.#client = new SignalingClient(
      { openSocket: wire.openSocket, clock: time, random, watchWakeUps: () => () => undefined },
      credentials,
      {
        onJoined: (answer) => this.#enter(answer),
        onEvent: (event) => this.#take(event),
        onSnapshot: (room) => this.#takeRoom(room),
        onSignal: (signal) => this.#encryption?.hear(signal),
        onConnection: () => undefined,
        onDelayed: () => undefined,
        onEnded: (reason) => {
          this.ended = reason;
        },
      },
    );
  }

  /** Null until the server has let it into the room. */
  get maybePeerId(): PeerId | null {
    return this.#peerId;
  }

  get peerId(): PeerId {
    if (this.#peerId === null) throw new Error(`${this.name} is not in the room`);
    return this.#peerId;
  }

  get epoch(): GroupEpoch | null {
    return this.epochs.at(-1) ?? null;
  }

  /** Group and epoch as one word; empty without a group. */
  get point(): string {
    const { epoch } = this;
    return epoch === null ? '' : `${epoch.groupId} ${epoch.epoch}`;
  }

  /** As the shield shows it. */
  get group(): GroupState {
    const announced = new Set<string>(this.#room?.peers.map(({ peerId }) => peerId));
    const state = this.#view.state(this.peerId, announced);
    if (state === null) throw new Error(`${this.name} is in no group`);
    return state;
  }

  /** Its frame worker. */
  get frames(): FrameEnd {
    if (this.#frames === null) throw new Error(`${this.name} is not in the room`);
    return this.#frames;
  }

  /** What others said, as `name: text`. */
  get texts(): readonly string[] {
    return this.messages.flatMap(({ sender, kind, body }) => {
      const message = parseMessage(kind, body);
      return message?.type === 'chat' ? [`${sender.name}: ${message.text}`] : [];
    });
  }

  /** Rejects when it was not taken. */
  async say(text: string): Promise<void> {
    const encoded = encodeMessage({ type: 'chat', text });
    if (encoded === undefined || this.#encryption === null) throw new Error('not to be said');
    await this.#encryption.tell(encoded.kind, encoded.body);
  }

  async safetyCode(): Promise<string> {
    if (this.#encryption === null) throw new Error(`${this.name} is in no group`);
    return (await this.#encryption.safetyCode()).digits.join(' ');
  }

  request: SignalingClient['request'] = (method, data) => this.#client.request(method, data);

  /** What the server said to others, brought to these keys past the client. */
  overhear(texts: readonly string[]): void {
    for (const text of texts) {
      const message = parseServerMessage(text);
      if (message === undefined || !('event' in message)) continue;
      if ('version' in message) this.#encryption?.take(message);
      else this.#encryption?.hear(message);
    }
  }

  leave(): void {
    this.leaveKeepingKeys();
    this.forget();
  }

  /** As somebody with a changed page would. */
  leaveKeepingKeys(): void {
    this.#client.leave();
  }

  forget(): void {
    this.#encryption?.close();
  }

  /** Without a word: no `leave`, no close. */
  crash(): void {
    this.wire.die();
    this.#client.close();
    this.forget();
  }

  #enter({ peerId, room }: JoinAnswer): void {
    this.#peerId = peerId;
    this.#room = room;
    if (this.#encryption === null) {
      this.#encryption = this.#startEncryption(peerId);
      this.#frames = this.#deps.lastFrames();
    }
    this.#encryption.see(room);
  }

  #take(event: RecordEvent): void {
    this.#encryption?.take(event);
    if (this.#room !== null) this.#room = applyEvent(this.#room, event);
  }

  #takeRoom(room: RoomView): void {
    this.#encryption?.see(room);
    this.#room = room;
  }

  #startEncryption(peerId: PeerId): Encryption {
    const { secret, roomId, name } = this.#deps;
    const listener = {
      onEpoch: (epoch: GroupEpoch) => {
        this.epochs.push(epoch);
        this.#view.enter(epoch, 0);
      },
      onMessage: (message: OpenedMessage) => void this.messages.push(message),
      onTrouble: (trouble: Trouble | null) => void this.troubles.push(trouble),
      onStates: () => undefined,
      onKeyFrameNeeded: () => undefined,
      onSealing: () => undefined,
      onLeak: () => undefined,
      onFramesLost: () => undefined,
      onKeysLost: () => {
        this.ended = 'keys-lost';
      },
      onRoom: (room: RoomView) => this.#takeRoom(room),
    };
    return new Encryption({
      identity: { secret, roomId, peerId, name },
      request: (method, data) => this.#client.request(method, data),
      listener,
    });
  }
}
