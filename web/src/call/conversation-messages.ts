// What people say besides speaking, as application messages of the group: a kind and a body. Both
// come from a member, who may send anything: what is no message of ours is undefined.
import { CHAT_TEXT_BYTES, type ReactionSymbol, REACTIONS } from './call-state.ts';

export type ConversationMessage =
  | { readonly type: 'chat'; readonly text: string }
  | { readonly type: 'reaction'; readonly symbol: ReactionSymbol }
  /** `sinceMs`: for how long the hand has been up, so that late comers know the order. */
  | { readonly type: 'hand'; readonly raised: boolean; readonly sinceMs: number };

/** The numbers are part of the format. Chat: UTF-8. Reaction: index (1). Hand: raised (1) | ms (u32). */
const KINDS = { chat: 1, reaction: 2, hand: 3 } as const;

const HAND_BYTES = 5;
const MAX_U32 = 0xffff_ffff;

type Body = Uint8Array<ArrayBuffer>;

export interface EncodedMessage {
  readonly kind: number;
  readonly body: Body;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const encodeHand = (raised: boolean, sinceMs: number): Body => {
  const body = new Uint8Array(HAND_BYTES);
  const view = new DataView(body.buffer);
  view.setUint8(0, raised ? 1 : 0);
  view.setUint32(1, Math.min(Math.max(0, Math.round(sinceMs)), MAX_U32));
  return body;
};

/** Undefined for a text that is empty or too long. */
export const encodeMessage = (message: ConversationMessage): EncodedMessage | undefined => {
  switch (message.type) {
    case 'chat': {
      const body = new Uint8Array(encoder.encode(message.text));
      if (body.length === 0 || body.length > CHAT_TEXT_BYTES) return undefined;
      return { kind: KINDS.chat, body };
    }
    case 'reaction':
      return {
        kind: KINDS.reaction,
        body: Uint8Array.of(REACTIONS.indexOf(message.symbol)),
      };
    case 'hand':
      return { kind: KINDS.hand, body: encodeHand(message.raised, message.sinceMs) };
  }
};

const parseChat = (body: Uint8Array): ConversationMessage | undefined => {
  if (body.length === 0 || body.length > CHAT_TEXT_BYTES) return undefined;
  try {
    return { type: 'chat', text: decoder.decode(body) };
  } catch {
    return undefined;
  }
};

const parseReaction = (body: Uint8Array): ConversationMessage | undefined => {
  const symbol = body.length === 1 ? REACTIONS[body[0] ?? REACTIONS.length] : undefined;
  return symbol && { type: 'reaction', symbol };
};

const parseHand = (body: Uint8Array): ConversationMessage | undefined => {
  const raised = body[0];
  if (body.length !== HAND_BYTES || raised === undefined || raised > 1) return undefined;
  const sinceMs = new DataView(body.buffer, body.byteOffset).getUint32(1);
  return { type: 'hand', raised: raised === 1, sinceMs };
};

export const parseMessage = (kind: number, body: Uint8Array): ConversationMessage | undefined => {
  switch (kind) {
    case KINDS.chat:
      return parseChat(body);
    case KINDS.reaction:
      return parseReaction(body);
    case KINDS.hand:
      return parseHand(body);
    default:
      return undefined;
  }
};
