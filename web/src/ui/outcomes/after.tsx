// After leaving: how long it was, that nothing was kept, and the way back in.
import { duration } from '../format.ts';
import { words } from '../words.ts';
import { Outcome } from './outcome.tsx';

interface AfterProps {
  readonly joinedForMs: number;
  readonly onAgain: () => void;
}

export const After = ({ joinedForMs, onAgain }: AfterProps) => (
  <Outcome
    title={words.after.title}
    texts={[words.after.stayed(duration(joinedForMs)), words.after.nothingKept]}
  >
    <button type="button" class="button primary" data-testid="rejoin" onClick={onAgain}>
      {words.after.rejoin}
    </button>
    <a class="button" href="/" data-testid="home">
      {words.after.home}
    </a>
  </Outcome>
);
