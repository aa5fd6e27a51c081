// How a tile's frames fare, while it is not well: a mark, and over a picture that cannot be opened
// the words themselves.
import type { KeyState } from '../../call/call-state.ts';
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
      return <TileMark icon="key-round" what={waiting} testId="key-mark" />;
    case 'failed':
      return <TileMark icon="shield-alert" what={failed} testId="key-mark" />;
  }
};

/** The mark says the same to readers. */
export const KeyWords = ({ state, failed }: Omit<KeyMarkProps, 'waiting'>) =>
  state === 'failed' && (
    <p class="tile-words tile-key-words" aria-hidden="true">
      {failed}
    </p>
  );
