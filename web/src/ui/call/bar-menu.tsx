// A button in the bar and what opens above it: the browser's own popover, closed by Escape or a click.
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import type { IconName } from '../icon-names.ts';

interface BarMenuProps {
  readonly icon: IconName;
  readonly label: string;
  readonly testId: string;
  readonly children: (close: () => void) => ComponentChildren;
}

/** Between the menu and the bar. */
const ABOVE_PX = 12;

export const BarMenu = ({ icon, label, testId, children }: BarMenuProps) => {
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const menuId = `${testId}-menu`;

  const placeAboveButton = () => {
    const at = button.current?.getBoundingClientRect();
    if (!at || !menu.current) return;
    menu.current.style.setProperty('--menu-x', `${at.x + at.width / 2}px`);
    menu.current.style.setProperty('--menu-y', `${innerHeight - at.y + ABOVE_PX}px`);
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        class="tool"
        data-testid={testId}
        data-tip={label}
        aria-label={label}
        popovertarget={menuId}
      >
        <Icon name={icon} />
      </button>
      <div ref={menu} id={menuId} class="menu" popover="auto" onBeforeToggle={placeAboveButton}>
        {children(() => menu.current?.hidePopover())}
      </div>
    </>
  );
};
