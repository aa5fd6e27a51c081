// What to say about chat, raised hands and reactions.
import type { ReactionSymbol } from '../call/call-state.ts';
import { who, whole } from './words-people.ts';

export const chatWords = {
  title: 'Chat',
  note: 'Encrypted. Only people who are here now can read this; nothing is kept.',
  unread: (count: number) => `Chat, ${whole.format(count)} unread`,
  messages: 'Messages',
  none: 'No messages yet',
  write: 'Write a message',
  send: 'Send',
  sending: 'Sending…',
  failed: 'Not sent.',
  retry: 'Try again',
  left: (bytes: number) => `${whole.format(bytes)} left`,
  tooLong: (bytes: number) => `Too long by ${whole.format(bytes)}`,
  /** In a toast, while the chat is closed. */
  news: (name: string, text: string) => `${name}: ${text}`,
} as const;

export const handWords = {
  hand: 'Raise your hand',
  raise: 'Raise your hand',
  lower: 'Lower your hand',
  isRaised: 'Hand raised',
  raised: (list: readonly string[]) => `${who(list)} raised a hand`,
} as const;

const reactionNames: Record<ReactionSymbol, string> = {
  '👍': 'Thumbs up',
  '❤️': 'Heart',
  '😂': 'Laughing',
  '😮': 'Surprised',
  '👏': 'Applause',
  '🎉': 'Celebration',
};

export const reactionWords = {
  menu: 'React',
  names: reactionNames,
  by: (name: string, symbol: ReactionSymbol) => `${name}: ${reactionNames[symbol]}`,
} as const;
