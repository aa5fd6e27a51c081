// How a tile's frames fare, while it is not well: a mark, and over a picture that cannot be opened
// the words themselves.
import type { KeyState } from '../../call/call-state.ts';
import { Icon } from '../icon.tsx';
import { TileMark } from './tile-mark.tsx';

interface KeyMarkProps {
  readonly state: KeyState;
  readonly waiting: string;
  readonly failed: string;
}

export const KeyMark = ({ state, waiting, failed }: KeyMarkProps) => {
  switch (state) {
    case 'ok':
      return null;
    case 'waiting':
      return (
        <TileMark what={waiting} testId="key-mark">
          <Icon name="key-round" small />
        </TileMark>
      );
    case 'failed':
      return (
        <TileMark what={failed} testId="key-mark">
          <Icon name="shield-alert" small />
        </TileMark>
      );
  }
};

/** The mark says the same to readers. */
export const KeyWords = ({ state, failed }: Omit<KeyMarkProps, 'waiting'>) =>
  state === 'failed' && (
    <p class="tile-words tile-key-words" aria-hidden="true">
      {failed}
    </p>
  );
