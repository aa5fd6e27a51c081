// A round button for something that is on or off, or that opens something: in the preview and the bar.
import { Icon } from './icon.tsx';
import type { IconName } from './icon-names.ts';
import { whole } from './words-people.ts';

export interface ToggleButtonProps {
  readonly icon: IconName;
  /** What it is; stays the same whether on or off. */
  readonly label: string;
  /** What a press does now, and its key. */
  readonly tip: string;
  readonly shortcut?: string;
  readonly pressed: boolean;
  /** `off` stands out when not pressed (a muted microphone), `on` when pressed (a shared screen). */
  readonly standsOut: 'on' | 'off';
  /** How much waits behind it; nothing is shown for 0. */
  readonly badge?: number;
  readonly testId: string;
  readonly onToggle: () => void;
}

/** There is room for two digits. */
const badgeText = (count: number): string => (count > 99 ? '99+' : whole.format(count));

export const ToggleButton = (props: ToggleButtonProps) => {
  const { icon, label, tip, shortcut, pressed, standsOut, badge = 0, testId, onToggle } = props;
  return (
    <button
      type="button"
      class="tool"
      data-testid={testId}
      data-stands-out={standsOut}
      data-tip={shortcut ? `${tip} · ${shortcut}` : tip}
      aria-label={label}
      aria-pressed={pressed}
      aria-keyshortcuts={shortcut}
      onClick={onToggle}
    >
      <Icon name={icon} />
      {badge > 0 && (
        <span class="badge" aria-hidden="true">
          {badgeText(badge)}
        </span>
      )}
    </button>
  );
};
