// Initials on a colour of their own: somebody without a picture.
import { hueOf, initials } from './initials.ts';

export interface AvatarProps {
  readonly name: string;
  /** What the colour is taken from. */
  readonly id: string;
}

export const Avatar = ({ name, id }: AvatarProps) => (
  <span class="avatar" style={{ '--hue': String(hueOf(id)) }} aria-hidden="true">
    {initials(name)}
  </span>
);
