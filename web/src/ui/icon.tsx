// One icon from the sprite in the page's HTML. Never alone: what it means is said beside it.
import type { IconName } from './icon-names.ts';

export interface IconProps {
  readonly name: IconName;
  /** 16 px on tiles and in lists, 20 px everywhere else. */
  readonly small?: boolean;
}

export const Icon = ({ name, small = false }: IconProps) => (
  <svg class={small ? 'icon icon-small' : 'icon'} aria-hidden="true">
    <use href={`#icon-${name}`} />
  </svg>
);
