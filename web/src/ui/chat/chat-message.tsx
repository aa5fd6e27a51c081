// One message: whose, when, and its text, in its own direction. Its web addresses can be followed.
import type { ChatMessage } from '../../call/call-state.ts';
import { timeOfDay } from '../format.ts';
import { chatWords } from '../words-chat.ts';
import { words } from '../words.ts';
import { textParts } from './chat-text.ts';

interface MessageProps {
  readonly message: ChatMessage;
  readonly onRetry: (message: ChatMessage) => void;
}

const Text = ({ text }: { readonly text: string }) => (
  <p class="message-text" dir="auto">
    {textParts(text).map((part, index) =>
      part.href === null ? (
        part.text
      ) : (
        <a key={index} href={part.href} target="_blank" rel="noopener noreferrer">
          {part.text}
        </a>
      ),
    )}
  </p>
);

export const Message = ({ message, onRetry }: MessageProps) => {
  const { name, text, at, isOwn, state } = message;
  return (
    <li
      class="message"
      data-testid="chat-message"
      data-own={isOwn ? 'true' : undefined}
      data-state={state}
    >
      <p class="message-head">
        <bdi class="message-name">{isOwn ? words.call.you : name}</bdi>
        <time dateTime={new Date(at).toISOString()}>{timeOfDay(at)}</time>
      </p>
      <Text text={text} />
      {state === 'sending' && <p class="message-foot">{chatWords.sending}</p>}
      {state === 'failed' && (
        <p class="message-foot message-failed">
          {chatWords.failed}
          <button
            type="button"
            class="text-button"
            data-testid="chat-retry"
            onClick={() => onRetry(message)}
          >
            {chatWords.retry}
          </button>
        </p>
      )}
    </li>
  );
};
