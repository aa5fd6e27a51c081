// The keys that do something.
import type { Signal } from '@preact/signals';
import { Dialog } from '../dialog.tsx';
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

export const KeyboardHelp = ({ open }: { readonly open: Signal<boolean> }) => (
  <Dialog open={open} title={words.keyboard.title} testId="keyboard-help">
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
  </Dialog>
);
