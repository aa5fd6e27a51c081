// Bottom left on a tile: a raised hand, the microphone's mark and the name.
import { Icon } from '../icon.tsx';
import { handWords } from '../words-chat.ts';

interface TileNameProps {
  readonly name: string;
  /** Left out where there is no microphone, as on a shared screen. */
  readonly micOn?: boolean;
  readonly handRaised?: boolean;
}

export const TileName = ({ name, micOn, handRaised = false }: TileNameProps) => (
  <div class="tile-name">
    {handRaised && (
      <span class="hand-mark" role="img" aria-label={handWords.isRaised} data-testid="hand-mark">
        <Icon name="hand" small />
      </span>
    )}
    {micOn === undefined ? (
      <Icon name="monitor-up" small />
    ) : (
      <Icon name={micOn ? 'mic' : 'mic-off'} small />
    )}
    <bdi>{name}</bdi>
  </div>
);
