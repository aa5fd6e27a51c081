// Where one writes: Enter sends, Shift+Enter begins a line. Says how much room is left near the end.
import type { TargetedKeyboardEvent, TargetedSubmitEvent, RefObject } from 'preact';
import { CHAT_TEXT_BYTES } from '../../call/call-state.ts';
import { Icon } from '../icon.tsx';
import { chatWords } from '../words-chat.ts';
import { sizeInBytes } from './chat-text.ts';
import type { Chat } from './use-chat.ts';

/** From so many bytes before the end, they are counted. */
const COUNTED_BYTES = 256;

interface ChatFormProps {
  readonly chat: Chat;
  readonly field: RefObject<HTMLTextAreaElement | null>;
}

const roomWords = (left: number): string => {
  if (left < 0) return chatWords.tooLong(-left);
  return left <= COUNTED_BYTES ? chatWords.left(left) : '';
};

export const ChatForm = ({ chat: { draft, send }, field }: ChatFormProps) => {
  const text = draft.value.trim();
  const left = CHAT_TEXT_BYTES - sizeInBytes(text);
  const fits = text !== '' && left >= 0;

  const submit = () => {
    if (!fits) return;
    send(text);
    draft.value = '';
    field.current?.focus();
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    // While a word is composed (Chinese, Japanese), Enter takes the word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  };

  return (
    <form
      class="chat-form"
      onSubmit={(event: TargetedSubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        submit();
      }}
    >
      <p class="chat-room" role="status" data-too-long={left < 0 ? 'true' : undefined}>
        {roomWords(left)}
      </p>
      <textarea
        ref={field}
        class="input chat-input"
        data-testid="chat-input"
        dir="auto"
        rows={1}
        value={draft.value}
        placeholder={chatWords.write}
        aria-label={chatWords.write}
        aria-invalid={left < 0}
        enterkeyhint="send"
        onInput={(event) => {
          draft.value = event.currentTarget.value;
        }}
        onKeyDown={onKeyDown}
      />
      <button
        type="submit"
        class="button primary square"
        data-testid="chat-send"
        aria-label={chatWords.send}
        aria-disabled={!fits}
      >
        <Icon name="send-horizontal" />
      </button>
    </form>
  );
};
