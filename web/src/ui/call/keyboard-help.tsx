// The keys that do something, in a dialog of the browser's own: Escape closes it, focus goes back.
import type { Signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import { words } from '../words.ts';

const { keys } = words.keyboard;

const ROWS = [
  ['M', keys.microphone],
  [words.keyboard.space, keys.talk],
  ['V', keys.camera],
  ['S', keys.share],
  ['H', keys.hand],
  ['C', keys.chat],
  ['P', keys.people],
  ['← →', keys.pages],
  ['?', keys.help],
] as const;

export const KeyboardHelp = ({ open }: { readonly open: Signal<boolean> }) => {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    if (open.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open.value]);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="keyboard-title"
      data-testid="keyboard-help"
      onClose={() => (open.value = false)}
      onClick={(event) => {
        // On the dialog itself, not on what is in it: that is the backdrop.
        if (event.target === event.currentTarget) open.value = false;
      }}
    >
      <div class="dialog-body">
        <header class="panel-head">
          <h2 id="keyboard-title" tabIndex={-1} autofocus>
            {words.keyboard.title}
          </h2>
          <button
            type="button"
            class="tool"
            aria-label={words.panels.close}
            onClick={() => (open.value = false)}
          >
            <Icon name="x" />
          </button>
        </header>
        <dl class="keys">
          {ROWS.map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      </div>
    </dialog>
  );
};
