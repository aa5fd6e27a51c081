// The safety code, what it means, and what people know of it.
import type { Call, GroupState } from '../../call/call-state.ts';
import { timeOfDay } from '../format.ts';
import { Icon } from '../icon.tsx';
import { useCopy } from '../use-copy.ts';
import { shieldWords } from '../words-encryption.ts';
import { useSafetyCode } from './use-safety-code.ts';

interface SafetyCodeProps {
  readonly call: Call;
  readonly group: GroupState;
  readonly isOpen: boolean;
}

const Comparison = ({ group: { comparison, newcomers } }: Pick<SafetyCodeProps, 'group'>) => (
  <p class="shield-comparison" role="status" data-testid="comparison" data-state={comparison}>
    {comparison === 'joined-since' ? (
      <>
        {shieldWords.states['joined-since'](newcomers)}{' '}
        {newcomers.map((name, index) => (
          <span key={`${index} ${name}`}>
            {index > 0 && ', '}
            <bdi>{name}</bdi>
          </span>
        ))}
      </>
    ) : (
      shieldWords.states[comparison]
    )}
  </p>
);

export const SafetyCode = ({ call, group, isOpen }: SafetyCodeProps) => {
  const code = useSafetyCode(call, isOpen).value;
  const text = code?.join(' ') ?? '';
  const { copied, onCopy } = useCopy(text);
  return (
    <>
      <p>{shieldWords.meaning}</p>
      <p
        class="safety-code"
        dir="ltr"
        data-testid="safety-code"
        aria-busy={code === null}
        aria-live="off"
      >
        {code === null ? (
          <span class="safety-code-none">{shieldWords.computing}</span>
        ) : (
          code.map((digits, index) => (
            <span key={index}>
              {index > 0 && ' '}
              {digits}
            </span>
          ))
        )}
      </p>
      <div class="shield-actions">
        <button type="button" class="button" disabled={code === null} onClick={onCopy}>
          <Icon name={copied.value ? 'check' : 'copy'} />
          <span role="status">{copied.value ? shieldWords.copied : shieldWords.copy}</span>
        </button>
        {group.comparison !== 'compared' && (
          <button
            type="button"
            class="button primary"
            data-testid="mark-compared"
            disabled={code === null}
            onClick={() => call.markCompared()}
          >
            <Icon name="shield-check" />
            {group.comparison === 'joined-since' ? shieldWords.markAgain : shieldWords.mark}
          </button>
        )}
      </div>
      <Comparison group={group} />
      <p class="shield-change" data-testid="shield-change">
        <span>{shieldWords.changed}</span>
        <span>
          <bdi>{shieldWords.change(group.change)}</bdi>
          {' · '}
          <time dateTime={new Date(group.change.at).toISOString()}>
            {timeOfDay(group.change.at)}
          </time>
        </span>
      </p>
    </>
  );
};
