// A dialog of the browser's own: Escape or a press beside it closes it, and focus goes back.
import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';
import { words } from './words.ts';

interface DialogProps {
  readonly open: Signal<boolean>;
  readonly title: string;
  readonly testId: string;
  readonly children: ComponentChildren;
}

export const Dialog = ({ open, title, testId, children }: DialogProps) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    if (open.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open.value]);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={titleId}
      data-testid={testId}
      onClose={() => (open.value = false)}
      onClick={(event) => {
        // On the dialog itself, not on what is in it: that is the backdrop.
        if (event.target === event.currentTarget) open.value = false;
      }}
    >
      <div class="dialog-body">
        <header class="panel-head">
          <h2 id={titleId} tabIndex={-1} autofocus>
            {title}
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
        {children}
      </div>
    </dialog>
  );
};
