// A small mark on a tile when something is not well, with its words on hover, focus or tap.
import type { ComponentChildren } from 'preact';

interface TileMarkProps {
  readonly what: string;
  readonly testId: string;
  /** Its icon. */
  readonly children: ComponentChildren;
}

export const TileMark = ({ what, testId, children }: TileMarkProps) => (
  // The tab index lets Safari focus it on a tap.
  <button
    type="button"
    class="tile-mark"
    tabIndex={0}
    data-testid={testId}
    data-tip={what}
    aria-label={what}
  >
    {children}
  </button>
);
