// What is needed seldom, behind one button: the browser's own popover, closed by Escape or a click.
import { useRef } from 'preact/hooks';
import { Icon } from '../icon.tsx';
import type { IconName } from '../icon-names.ts';
import { words } from '../words.ts';

export interface MenuItem {
  readonly icon: IconName;
  readonly label: string;
  readonly testId: string;
  readonly shortcut?: string;
  readonly onChoose: () => void;
}

const MENU_ID = 'more-menu';
/** Between the menu and the bar. */
const ABOVE_PX = 12;

export const MoreMenu = ({ items }: { readonly items: readonly MenuItem[] }) => {
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);

  const placeAboveButton = () => {
    const at = button.current?.getBoundingClientRect();
    if (!at || !menu.current) return;
    menu.current.style.setProperty('--menu-x', `${at.x + at.width / 2}px`);
    menu.current.style.setProperty('--menu-y', `${innerHeight - at.y + ABOVE_PX}px`);
  };
  const choose = (item: MenuItem) => {
    menu.current?.hidePopover();
    item.onChoose();
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        class="tool"
        data-testid="more"
        data-tip={words.call.more}
        aria-label={words.call.more}
        popovertarget={MENU_ID}
      >
        <Icon name="ellipsis" />
      </button>
      <div ref={menu} id={MENU_ID} class="menu" popover="auto" onBeforeToggle={placeAboveButton}>
        {items.map((item) => (
          <button
            key={item.testId}
            type="button"
            class="menu-item"
            data-testid={item.testId}
            onClick={() => choose(item)}
          >
            <Icon name={item.icon} />
            <span>{item.label}</span>
            {item.shortcut && <kbd>{item.shortcut}</kbd>}
          </button>
        ))}
      </div>
    </>
  );
};
