// When a meeting cannot be had: why, and the ways on that can help.
import type { FailReason } from '../../call/call-state.ts';
import { useEffect, useState } from 'preact/hooks';
import { handOff } from '../hand-off.ts';
import { useNewMeeting } from '../use-new-meeting.ts';
import { type WayOn, wayWords, wordsOf } from '../words-failures.ts';
import { words } from '../words.ts';
import { Outcome } from './outcome.tsx';
import { currentPageLoad, shouldReload } from './reload-once.ts';

interface FailedProps {
  readonly reason: FailReason;
  /** Left out where trying again cannot help. */
  readonly onAgain?: () => void;
  /** Left out where there is no meeting that a key could belong to. */
  readonly onOtherKey?: () => void;
}

export const Failed = ({ reason, onAgain, onOtherKey }: FailedProps) => {
  const { problem, open } = useNewMeeting();
  const { title, text, ways } = wordsOf(reason, isSecureContext);
  const go: Record<Exclude<WayOn, 'home'>, () => void> = {
    'new-meeting': () => handOff(open()),
    again: () => onAgain?.(),
    'other-key': () => onOtherKey?.(),
    reload: () => location.reload(),
  };
  const [reloads] = useState(
    () => reason === 'upgrade-required' && shouldReload(currentPageLoad()),
  );
  useEffect(() => {
    if (reloads) location.reload();
  }, [reloads]);
  if (reloads) return null;

  const offered = ways.filter((way) => way !== 'other-key' || onOtherKey !== undefined);
  const texts = problem.value ? [text, words.home[problem.value]] : [text];
  return (
    <Outcome title={title} texts={texts}>
      {offered.map((way, index) => {
        const look = index === 0 ? 'button primary' : 'button';
        return way === 'home' ? (
          <a key={way} class={look} href="/">
            {wayWords.home}
          </a>
        ) : (
          <button key={way} type="button" class={look} data-testid={way} onClick={go[way]}>
            {wayWords[way]}
          </button>
        );
      })}
    </Outcome>
  );
};
