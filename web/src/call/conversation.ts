// Chat, reactions and raised hands: encrypted for who is in the group, kept while the page is open.
import { batch } from '@preact/signals';
import type { Cancel, Clock } from '../signaling/clock.ts';
import type { CallState, ChatMessage, ReactionSymbol } from './call-state.ts';
import { type ConversationMessage, encodeMessage, parseMessage } from './conversation-messages.ts';

/** How long a reaction floats. */
const REACTION_MS = 4_000;
/** Of everybody together; the oldest go first. Somebody may press very fast. */
const MOST_REACTIONS = 30;
/** Of the whole meeting; the oldest go first. */
const MOST_CHAT_MESSAGES = 1_000;

/** As the group signed it: who sent it is certain. */
export interface Said {
  readonly sender: { readonly peerId: string; readonly name: string };
  readonly kind: number;
  readonly body: Uint8Array;
}

export interface ConversationDeps {
  readonly state: CallState;
  readonly clock: Clock;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** To everybody in the group. Rejects when it was not taken. */
  readonly tell: (kind: number, body: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly onHands: () => void;
}

export class Conversation {
  readonly #deps: ConversationDeps;
  /** By peer id: when it went up. */
  readonly #hands = new Map<string, number>();
  readonly #timers = new Set<Cancel>();
  #present: ReadonlySet<string> = new Set();
  #handRaisedAt: number | null = null;

  constructor(deps: ConversationDeps) {
    this.#deps = deps;
  }

  /** Others' hands, by peer id: when they went up. */
  get hands(): ReadonlyMap<string, number> {
    return this.#hands;
  }

  /** Never rejects: the message shows what became of it. */
  async sendChat(text: string): Promise<void> {
    const { state, now } = this.#deps;
    const id = nextId();
    this.#addChat({
      id,
      peerId: state.selfPeerId.value ?? '',
      name: state.selfName.value,
      text,
      at: now(),
      isOwn: true,
      state: 'sending',
    });
    this.#settle(id, (await this.#tell({ type: 'chat', text })) ? 'sent' : 'failed');
  }

  /** Never rejects. */
  async react(symbol: ReactionSymbol): Promise<void> {
    this.#show(this.#deps.state.selfPeerId.value ?? '', symbol);
    await this.#tell({ type: 'reaction', symbol });
  }

  /** Never rejects: goes back when nobody could be told. */
  async setHand(raised: boolean): Promise<void> {
    const { state, now } = this.#deps;
    if (state.handRaised.value === raised) return;
    state.handRaised.value = raised;
    this.#handRaisedAt = raised ? now() : null;
    if (await this.#tellHand()) return;
    if (state.handRaised.value === raised) {
      state.handRaised.value = !raised;
      this.#handRaisedAt = raised ? null : now();
    }
  }

  /** Who is in the group now. Whoever came has to hear of a hand that is up. */
  meet(peerIds: ReadonlySet<string>): void {
    const before = this.#present;
    this.#present = peerIds;
    for (const peerId of this.#hands.keys()) if (!peerIds.has(peerId)) this.#hands.delete(peerId);
    const isSomebodyNew = [...peerIds].some((peerId) => !before.has(peerId));
    if (isSomebodyNew && this.#handRaisedAt !== null) void this.#tellHand();
  }

  take({ sender, kind, body }: Said): void {
    const message = parseMessage(kind, body);
    if (message === undefined) return;
    switch (message.type) {
      case 'chat':
        this.#addChat({
          id: nextId(),
          peerId: sender.peerId,
          name: sender.name,
          text: message.text,
          at: this.#deps.now(),
          isOwn: false,
          state: 'sent',
        });
        return;
      case 'reaction':
        this.#show(sender.peerId, message.symbol);
        return;
      case 'hand':
        if (message.raised) this.#hands.set(sender.peerId, this.#deps.now() - message.sinceMs);
        else this.#hands.delete(sender.peerId);
        this.#deps.onHands();
        return;
    }
  }

  close(): void {
    for (const cancel of this.#timers) cancel();
    batch(() => {
      this.#deps.state.reactions.value = [];
      this.#deps.state.handRaised.value = false;
    });
  }

  #tellHand(): Promise<boolean> {
    const raisedAt = this.#handRaisedAt;
    const sinceMs = raisedAt === null ? 0 : this.#deps.now() - raisedAt;
    return this.#tell({ type: 'hand', raised: raisedAt !== null, sinceMs });
  }

  /** False when it was not taken. Never rejects. */
  async #tell(message: ConversationMessage): Promise<boolean> {
    const encoded = encodeMessage(message);
    if (encoded === undefined) return false;
    try {
      await this.#deps.tell(encoded.kind, encoded.body);
      return true;
    } catch {
      return false;
    }
  }

  #addChat(message: ChatMessage): void {
    const { chat } = this.#deps.state;
    chat.value = [...chat.value, message].slice(-MOST_CHAT_MESSAGES);
  }

  #settle(id: number, became: ChatMessage['state']): void {
    const { chat } = this.#deps.state;
    chat.value = chat.value.map((one) => (one.id === id ? { ...one, state: became } : one));
  }

  #show(peerId: string, symbol: ReactionSymbol): void {
    const { state, clock } = this.#deps;
    const id = nextId();
    state.reactions.value = [...state.reactions.value, { id, peerId, symbol }].slice(
      -MOST_REACTIONS,
    );
    const cancel = clock.after(REACTION_MS, () => {
      this.#timers.delete(cancel);
      state.reactions.value = state.reactions.value.filter((one) => one.id !== id);
    });
    this.#timers.add(cancel);
  }
}

/** For the life of the page: messages of one meeting after another share a list. */
let lastId = 0;
const nextId = (): number => {
  lastId += 1;
  return lastId;
};
