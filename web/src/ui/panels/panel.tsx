// A panel beside the stage, 340 px wide; on a phone a sheet over it. Escape closes it.
import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useId, useRef } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import { words } from '../words.ts';

interface PanelProps {
  readonly title: string;
  readonly testId: string;
  /** Where focus comes to; the heading where it is left out. */
  readonly focusOn?: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/**
 * Focus comes into the panel as it opens, before a key can miss it, and goes back where it was when
 * it closes.
 */
const useFocusWithin = (focusOn: PanelProps['focusOn']) => {
  const panel = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    const element = panel.current;
    (focusOn ?? heading).current?.focus({ preventScroll: true });
    return () => {
      // Preact has taken the panel away by now: focus that was in it has fallen to the body.
      const lost =
        document.activeElement === document.body || element?.contains(document.activeElement);
      if (lost && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return { panel, heading };
};

export const Panel = ({ title, testId, focusOn, onClose, children }: PanelProps) => {
  const titleId = useId();
  const { panel, heading } = useFocusWithin(focusOn);
  return (
    <>
      <div class="sheet-backdrop" onClick={onClose} />
      <aside
        ref={panel}
        class="panel"
        aria-labelledby={titleId}
        data-testid={testId}
        onKeyDown={(event) => {
          // While a word is composed, Escape gives up the word.
          if (event.key === 'Escape' && !event.defaultPrevented && !event.isComposing) onClose();
        }}
      >
        <header class="panel-head">
          <h2 ref={heading} id={titleId} tabIndex={-1}>
            {title}
          </h2>
          <button type="button" class="tool" aria-label={words.panels.close} onClick={onClose}>
            <Icon name="x" />
          </button>
        </header>
        <div class="panel-body">{children}</div>
      </aside>
    </>
  );
};
