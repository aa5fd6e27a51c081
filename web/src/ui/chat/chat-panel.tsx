// The chat beside the stage. It follows the newest message, unless one reads further up.
import { useLayoutEffect, useRef } from 'preact/hooks';
import { canHover } from '../browser.ts';
import { Icon } from '../icon.tsx';
import { Panel } from '../panels/panel.tsx';
import { chatWords } from '../words-chat.ts';
import { ChatForm } from './chat-form.tsx';
import { Message } from './chat-message.tsx';
import type { Chat } from './use-chat.ts';

interface ChatPanelProps {
  readonly chat: Chat;
  readonly onClose: () => void;
}

/** So close to the end one reads the newest. */
const NEAR_PX = 80;

const useFollowing = (chat: Chat) => {
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const newest = chat.messages.at(-1);
  useLayoutEffect(() => {
    if (log.current && (isAtEnd.current || newest?.isOwn)) {
      log.current.scrollTop = log.current.scrollHeight;
    }
  }, [newest?.id, newest?.state]);
  const onScroll = () => {
    if (!log.current) return;
    const { scrollTop, scrollHeight, clientHeight } = log.current;
    isAtEnd.current = scrollHeight - clientHeight - scrollTop < NEAR_PX;
  };
  return { log, onScroll };
};

export const ChatPanel = ({ chat, onClose }: ChatPanelProps) => {
  const { log, onScroll } = useFollowing(chat);
  const field = useRef<HTMLTextAreaElement>(null);
  return (
    <Panel
      title={chatWords.title}
      testId="chat-panel"
      // On a phone the keyboard would cover what is there to read.
      {...(canHover() && { focusOn: field })}
      onClose={onClose}
    >
      <p class="chat-note">
        <Icon name="lock-keyhole" small />
        {chatWords.note}
      </p>
      {/* It scrolls, so it has to be reachable by keyboard. */}
      <div
        ref={log}
        class="chat-log"
        role="log"
        aria-label={chatWords.messages}
        tabIndex={0}
        onScroll={onScroll}
      >
        {chat.messages.length === 0 && <p class="chat-none">{chatWords.none}</p>}
        <ol class="messages">
          {chat.messages.map((message) => (
            <Message key={message.id} message={message} onRetry={chat.retry} />
          ))}
        </ol>
      </div>
      <ChatForm chat={chat} field={field} />
    </Panel>
  );
};
