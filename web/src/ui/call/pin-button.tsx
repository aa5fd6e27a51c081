// Puts somebody on the stage and takes them off again: on a tile, and beside a name in the people panel.
import { Icon } from '../icon.tsx';
import { words } from '../words.ts';
import type { Pinning } from './use-pinning.ts';

interface PinButtonProps {
  readonly pinning: Pinning;
  /** Of the tile (arrange.ts). */
  readonly tileKey: string;
  /** Says whom; the same whether pinned or not. */
  readonly label: string;
  readonly look: 'tile-mark' | 'tool';
}

export const PinButton = ({ pinning, tileKey, label, look }: PinButtonProps) => {
  if (!pinning.isOffered) return null;
  const isPinned = pinning.pinned.value === tileKey;
  return (
    <button
      type="button"
      class={`${look} pin`}
      data-testid="pin"
      data-tip={isPinned ? words.tips.unpin : words.tips.pin}
      aria-label={label}
      aria-pressed={isPinned}
      onClick={() => pinning.toggle(tileKey)}
    >
      <Icon name={isPinned ? 'pin-off' : 'pin'} small={look === 'tile-mark'} />
    </button>
  );
};
