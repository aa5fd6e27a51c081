// Single keys that do something while nobody is typing.
import { useLayoutEffect, useRef } from 'preact/hooks';

/** By the letter that is written, or `ArrowLeft` and the like. */
export type Shortcuts = Readonly<Record<string, () => void>>;

const TYPING = 'input, select, textarea, [contenteditable], dialog[open] *';

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.matches(TYPING);

/** Where the layout writes no Latin letters, the key in that place on a US keyboard. */
export const shortcutKey = (event: Pick<KeyboardEvent, 'key' | 'code'>): string => {
  if (event.key.length > 1) return event.key;
  const isLetter = /^\p{L}$/u.test(event.key);
  if (isLetter && !/^[a-z]$/i.test(event.key)) return event.code.replace(/^Key/, '').toLowerCase();
  return event.key.toLowerCase();
};

const isPlain = (event: KeyboardEvent): boolean =>
  !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat && !event.defaultPrevented;

export const useShortcuts = (shortcuts: Shortcuts): void => {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isPlain(event) || isTyping(event.target)) return;
      const action = current.current[shortcutKey(event)];
      if (!action) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
};
