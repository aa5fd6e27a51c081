// The chat as the views have it: what is unread, what was written and not sent yet, what is tried
// again. Outlives the panel; the messages themselves are the call's.
import { type ReadonlySignal, type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Call, ChatMessage } from '../../call/call-state.ts';
import { handOff } from '../hand-off.ts';
import type { Toasts } from '../toasts.tsx';
import { chatWords } from '../words-chat.ts';
import { beginning } from './chat-text.ts';

/** Of a message, in a notice. */
const NOTICE_LETTERS = 80;

export interface Chat {
  readonly messages: readonly ChatMessage[];
  readonly unread: number;
  readonly draft: Signal<string>;
  readonly send: (text: string) => void;
  /** Sends it once more; the one that failed is shown no longer. */
  readonly retry: (message: ChatMessage) => void;
}

const lastId = (messages: readonly ChatMessage[]): number => messages.at(-1)?.id ?? -1;

/** By others, after the one with that id; ids grow. */
export const othersAfter = (messages: readonly ChatMessage[], id: number): readonly ChatMessage[] =>
  messages.filter((message) => message.id > id && !message.isOwn);

export const useChat = (call: Call, toasts: Toasts, isOpen: ReadonlySignal<boolean>): Chat => {
  const { chat } = call.state;
  const seen = useSignal(-1);
  const draft = useSignal('');
  const retried = useSignal<ReadonlySet<number>>(new Set());

  const told = useRef(lastId(chat.peek()));
  useSignalEffect(() => {
    const messages = chat.value;
    const news = othersAfter(messages, told.current);
    told.current = Math.max(told.current, lastId(messages));
    if (isOpen.value) {
      seen.value = lastId(messages);
      return;
    }
    for (const { name, text } of news) {
      toasts.show(chatWords.news(name, beginning(text, NOTICE_LETTERS)));
    }
  });

  return {
    messages: chat.value.filter(({ id }) => !retried.value.has(id)),
    unread: isOpen.value ? 0 : othersAfter(chat.value, seen.value).length,
    draft,
    send: (text) => handOff(call.sendChat(text)),
    retry: ({ id, text }) => {
      retried.value = new Set(retried.value).add(id);
      handOff(call.sendChat(text));
    },
  };
};
