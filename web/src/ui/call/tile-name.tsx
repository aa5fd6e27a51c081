// Bottom left on a tile: the microphone's mark and the name.
import { Icon } from '../icon.tsx';

interface TileNameProps {
  readonly name: string;
  /** Left out where there is no microphone, as on a shared screen. */
  readonly micOn?: boolean;
}

export const TileName = ({ name, micOn }: TileNameProps) => (
  <div class="tile-name">
    {micOn === undefined ? (
      <Icon name="monitor-up" small />
    ) : (
      <Icon name={micOn ? 'mic' : 'mic-off'} small />
    )}
    <bdi>{name}</bdi>
  </div>
);
