// A small mark on a tile when something is not well, with its words on hover, focus or tap.
import { Icon } from '../icon.tsx';
import type { IconName } from '../icon-names.ts';

interface TileMarkProps {
  readonly icon: IconName;
  readonly behind?: IconName;
  readonly what: string;
  readonly testId: string;
}

export const TileMark = ({ icon, behind, what, testId }: TileMarkProps) => (
  // The tab index lets Safari focus it on a tap.
  <button
    type="button"
    class="tile-mark"
    tabIndex={0}
    data-testid={testId}
    data-tip={what}
    aria-label={what}
  >
    <Icon name={icon} small {...(behind && { behind })} />
  </button>
);
