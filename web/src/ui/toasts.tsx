// Short notices that leave by themselves: two at most, announced politely.
import { type ReadonlySignal, signal } from '@preact/signals';
import { Icon } from './icon.tsx';
import { words } from './words.ts';

export interface Toast {
  readonly id: number;
  readonly text: string;
}

export interface Toasts {
  readonly list: ReadonlySignal<readonly Toast[]>;
  show(text: string): void;
  dismiss(id: number): void;
  close(): void;
}

const AT_MOST = 2;
/** Long enough to read a sentence twice. */
const SHOWN_MS = 5000;

export const createToasts = (): Toasts => {
  const list = signal<readonly Toast[]>([]);
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  let last = 0;

  // Only peeked at: whoever shows a toast from an effect does not ask to be told of toasts.
  const dismiss = (id: number) => {
    clearTimeout(timers.get(id));
    timers.delete(id);
    list.value = list.peek().filter((toast) => toast.id !== id);
  };
  const show = (text: string) => {
    for (const { id } of list.peek().filter((toast) => toast.text === text)) dismiss(id);
    const id = ++last;
    list.value = [...list.peek(), { id, text }].slice(-AT_MOST);
    timers.set(
      id,
      setTimeout(() => dismiss(id), SHOWN_MS),
    );
  };
  const close = () => {
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
  };
  return { list, show, dismiss, close };
};

export const ToastList = ({ toasts }: { readonly toasts: Toasts }) => (
  <div class="toasts" role="status" aria-live="polite">
    {toasts.list.value.map(({ id, text }) => (
      <div key={id} class="toast">
        <p>{text}</p>
        <button
          type="button"
          class="tool"
          aria-label={words.notices.dismiss}
          onClick={() => toasts.dismiss(id)}
        >
          <Icon name="x" small />
        </button>
      </div>
    ))}
  </div>
);
