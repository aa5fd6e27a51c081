// An address at which there is nothing.
import { notFoundWords, wayWords } from '../words-failures.ts';
import { Outcome } from './outcome.tsx';

export const NotFound = () => (
  <Outcome title={notFoundWords.title} texts={[notFoundWords.text]}>
    <a class="button primary" href="/">
      {wayWords.home}
    </a>
  </Outcome>
);
