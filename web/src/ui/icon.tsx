// One icon from the sprite in the page's HTML. Never alone: what it means is said beside it.
import type { IconName } from './icon-names.ts';

export interface IconProps {
  readonly name: IconName;
  /** 16 px on tiles and in lists, 20 px everywhere else. */
  readonly small?: boolean;
  /** The whole of it, faintly behind: shows what is missing. */
  readonly behind?: IconName;
}

export const Icon = ({ name, small = false, behind }: IconProps) => (
  <svg class={small ? 'icon icon-small' : 'icon'} aria-hidden="true">
    {behind && <use href={`#icon-${behind}`} opacity="0.35" />}
    <use href={`#icon-${name}`} />
  </svg>
);
