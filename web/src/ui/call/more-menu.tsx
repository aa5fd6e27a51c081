// What is needed seldom, behind one button; where the bar is short, also what has no room in it.
import type { ComponentChildren } from 'preact';
import { Icon } from '../icon.tsx';
import type { IconName } from '../icon-names.ts';
import { words } from '../words.ts';
import { BarMenu } from './bar-menu.tsx';

export interface MenuItem {
  readonly icon: IconName;
  readonly label: string;
  readonly testId: string;
  readonly shortcut?: string;
  /** Of something that is on or off. */
  readonly pressed?: boolean;
  readonly onChoose: () => void;
}

interface MoreMenuProps {
  readonly items: readonly MenuItem[];
  /** Above the items. */
  readonly first: ((close: () => void) => ComponentChildren) | null;
}

export const MoreMenu = ({ items, first }: MoreMenuProps) => (
  <BarMenu icon="ellipsis" label={words.call.more} testId="more">
    {(close) => (
      <>
        {first?.(close)}
        {items.map((item) => (
          <button
            key={item.testId}
            type="button"
            class="menu-item"
            data-testid={item.testId}
            aria-pressed={item.pressed}
            onClick={() => {
              close();
              item.onChoose();
            }}
          >
            <Icon name={item.icon} />
            <span>{item.label}</span>
            {item.shortcut && <kbd>{item.shortcut}</kbd>}
          </button>
        ))}
      </>
    )}
  </BarMenu>
);
