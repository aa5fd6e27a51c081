// Initials on a colour of their own: somebody without a picture.
import { Icon } from './icon.tsx';
import { hueOf, initials } from './initials.ts';

export interface AvatarProps {
  /** Null while it is not known. */
  readonly name: string | null;
  /** What the colour is taken from. */
  readonly id: string;
}

export const Avatar = ({ name, id }: AvatarProps) => (
  <span
    class={name === null ? 'avatar avatar-unknown' : 'avatar'}
    style={{ '--hue': String(hueOf(id)) }}
    aria-hidden="true"
  >
    {name === null ? <Icon name="user-round" /> : initials(name)}
  </span>
);
